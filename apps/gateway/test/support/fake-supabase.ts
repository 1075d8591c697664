import type { IncomingMessage, ServerResponse } from 'node:http';
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import { startStubUpstream } from './stub-upstream.ts';

/** A signing key of a project. */
export interface ProjectKey {
  readonly kid: string;
  readonly alg: string;
  readonly privateKey: CryptoKey;
  readonly published: JWK;
}

export async function createProjectKey(kid: string, alg = 'ES256'): Promise<ProjectKey> {
  const { privateKey, publicKey } = await generateKeyPair(alg);
  return { kid, alg, privateKey, published: { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' } };
}

/** A request that Supabase Auth has received. */
export interface ReceivedByAuth {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** A fake of Supabase Auth that publishes keys and responds as a test defines. */
export async function startFakeSupabase() {
  const stub = await startStubUpstream();
  const key = await createProjectKey('first');
  const fresh = () => ({
    keys: [key],
    keyLoads: 0,
    received: [] as ReceivedByAuth[],
    /** Responds to every request except those for the keys. */
    answer: (_: ReceivedByAuth, response: ServerResponse): void => {
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    },
  });
  const state = fresh();
  stub.answer((request, response) => {
    if (request.url === '/auth/v1/.well-known/jwks.json') {
      state.keyLoads += 1;
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ keys: state.keys.map(({ published }) => published) }));
      return;
    }
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      const received = { method, url, headers, body: Buffer.concat(chunks).toString() };
      state.received.push(received);
      state.answer(received, response);
    });
  });
  return Object.assign(state, {
    url: stub.url,
    key,
    /** Publishes only the first key, and clears received requests and defined responses. */
    reset: () => void Object.assign(state, fresh()),
    goAway: stub.goAway,
    comeBack: stub.comeBack,
    /** Creates a token of the project that is valid except for the given changes. */
    token: (
      claims: Readonly<Record<string, unknown>> = {},
      by: { readonly key?: CryptoKey | Uint8Array; readonly alg?: string; readonly kid?: string } = {},
    ) => {
      const now = Math.floor(Date.now() / 1_000);
      return new SignJWT({
        iss: `${stub.url}/auth/v1`,
        sub: '0190a5b0-0000-4000-8000-000000000001',
        aud: 'authenticated',
        role: 'authenticated',
        iat: now - 60,
        exp: now + 3_540,
        session_id: '0190a5b0-0000-4000-8000-00000000000a',
        app_metadata: { tier: 'pro', role: 'admin' },
        user_metadata: {},
        ...claims,
      })
        .setProtectedHeader({ alg: by.alg ?? key.alg, kid: by.kid ?? key.kid, typ: 'JWT' })
        .sign(by.key ?? key.privateKey);
    },
  });
}

export type FakeSupabase = Awaited<ReturnType<typeof startFakeSupabase>>;
