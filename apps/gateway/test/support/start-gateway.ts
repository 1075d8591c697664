import {
  createTestDatabase,
  createTestIdentities,
  createTestRedis,
  eventually,
  startTestService,
  type TestAnswer,
  type TestDatabase,
  type TestIdentities,
  type TestRedis,
  type TestService,
} from '@valuecanvas/testing';
import type { JWK } from 'jose';
import { gatewayService } from '../../src/app.ts';
import { upstreamVariables } from '../../src/upstreams.ts';
import { createAuthKey } from './auth-signing-keys.ts';
import { type StubUpstream, startStubUpstream } from './stub-upstream.ts';

export interface TestGateway {
  readonly service: TestService;
  readonly database: TestDatabase;
  readonly redis: TestRedis;
  readonly identities: TestIdentities;
  /** A stub of all services, including their health ports. */
  readonly upstream: StubUpstream;
  readonly authKey: JWK;
  signUp(email?: string, password?: string): Promise<TestAnswer>;
  /** Signs a new user up and returns the authorization header. */
  bearer(): Promise<{ authorization: string }>;
  stop(): Promise<void>;
}

/** Starts a gateway with its own databases in front of one stub. Stop it at the end of the file. `now` is its clock. */
export async function startGateway(
  environment: Record<string, string> = {},
  options: { readonly now?: () => number } = {},
): Promise<TestGateway> {
  const [database, identities, upstream, authKey] = await Promise.all([
    createTestDatabase(),
    createTestIdentities(),
    startStubUpstream(),
    createAuthKey('current'),
  ]);
  const redis = createTestRedis();
  const service = await startTestService(
    gatewayService,
    {
      DATABASE_URL: database.urlFor('gateway'),
      REDIS_URL: redis.url,
      REDIS_KEY_PREFIX: redis.prefix,
      AUTH_SIGNING_KEYS: JSON.stringify([authKey]),
      PUBLIC_URL: publicUrl,
      AUTH_RATE_LIMIT_PER_MINUTE: '10000',
      RATE_LIMIT_PER_MINUTE: '10000',
      ANONYMOUS_RATE_LIMIT_PER_MINUTE: '10000',
      ...addresses(upstream.url),
      ...environment,
    },
    identities,
    options,
  );
  await eventually(async () => {
    const { headers, status } = await fetch(`${service.url}/api/docs`, {
      headers: { 'x-forwarded-proto': 'https' },
      redirect: 'manual',
    });
    if (status === 308) return;
    if (!headers.has('ratelimit-limit') && !environment.REDIS_URL)
      throw new Error('not connected to Redis yet');
  });
  let users = 0;
  const signUp: TestGateway['signUp'] = (email = `user-${++users}@example.com`, password = 'correct horse') =>
    service.request('/auth/v1/signup', { method: 'POST', body: { email, password } });
  return {
    service,
    database,
    redis,
    identities,
    upstream,
    authKey,
    signUp,
    async bearer() {
      const { body } = await signUp();
      return { authorization: `Bearer ${body.access_token}` };
    },
    async stop() {
      await upstream.goAway();
      await service.stop();
      await Promise.all([database.drop(), redis.stop()]);
    },
  };
}

export const publicUrl = 'https://canvas.example.com';

function addresses(url: string): Record<string, string> {
  return Object.fromEntries(Object.keys(upstreamVariables).map((name) => [name, url]));
}
