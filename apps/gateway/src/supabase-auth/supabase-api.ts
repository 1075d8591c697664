import { Pool } from 'undici';
import { type Attempts, createAttempts } from '../forwarding/connection-attempts.ts';

/** Milliseconds that Supabase may take to answer the gateway's own questions. */
const patienceMs = 3_000;

/** Milliseconds that a connection to Supabase may take to be made. */
const connectMs = 3_000;

const idleMs = 4_000;

/** Supabase Auth of one project. */
export interface SupabaseApi {
  /** Where it is, which its tokens name as their issuer. */
  readonly issuer: string;
  /** Path in front of /auth/v1; mostly empty. */
  readonly basePath: string;
  /** The key that says which project is meant, for those who send none. */
  readonly anonKey: string | undefined;
  readonly dispatcher: Pool;
  readonly attempts: Attempts;
  /** What is published at /.well-known/jwks.json; rejects where that cannot be had. */
  loadKeys(): Promise<unknown>;
  /** Whether the session of a token is live; rejects where Supabase does not say. */
  isLive(token: string): Promise<boolean>;
  close(): Promise<void>;
}

export function createSupabaseApi(options: {
  readonly url: string;
  readonly anonKey: string | undefined;
}): SupabaseApi {
  const { origin, pathname } = new URL(options.url);
  const basePath = pathname.replace(/\/+$/, '');
  const dispatcher = new Pool(origin, {
    pipelining: 1,
    connect: { timeout: connectMs },
    keepAliveTimeout: idleMs,
    keepAliveMaxTimeout: idleMs,
  });
  const apiKey = options.anonKey === undefined ? {} : { apikey: options.anonKey };
  const get = (path: string, headers: Readonly<Record<string, string>> = {}) =>
    dispatcher.request({
      method: 'GET',
      path: `${basePath}/auth/v1${path}`,
      headers: { accept: 'application/json', ...apiKey, ...headers },
      signal: AbortSignal.timeout(patienceMs),
    });
  return {
    issuer: `${origin}${basePath}/auth/v1`,
    basePath,
    anonKey: options.anonKey,
    dispatcher,
    attempts: createAttempts('Supabase Auth'),
    async loadKeys() {
      const { statusCode, body } = await get('/.well-known/jwks.json');
      if (statusCode === 200) return body.json();
      await body.dump();
      throw new Error(`Supabase answers ${statusCode} where its keys should be.`);
    },
    async isLive(token) {
      const { statusCode, body } = await get('/user', { authorization: `Bearer ${token}` });
      await body.dump();
      if (statusCode === 200) return true;
      if (statusCode === 401 || statusCode === 403) return false;
      throw new Error(`Supabase answers ${statusCode} where the user of a token should be.`);
    },
    close: () => dispatcher.destroy(),
  };
}
