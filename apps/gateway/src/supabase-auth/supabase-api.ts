import { AppError } from '@valuecanvas/contracts-core';
import { Pool } from 'undici';
import { type Attempts, createAttempts } from '../forwarding/connection-attempts.ts';

/** Time limit for the gateway's own requests to Supabase. */
const timeoutMs = 3_000;

/** Time limit for changes: opening or ending a session, a new password, a mail. */
const changeTimeoutMs = 10_000;

/** Time limit for connecting to Supabase. */
const connectMs = 3_000;

const idleMs = 4_000;

/** Client of a Supabase project's Auth. */
export interface SupabaseApi {
  /** URL of Supabase Auth, which its tokens name as their issuer. */
  readonly issuer: string;
  /** Path in front of /auth/v1, usually empty. */
  readonly basePath: string;
  /** Project key, sent for clients that send none. */
  readonly anonKey: string | undefined;
  readonly dispatcher: Pool;
  readonly attempts: Attempts;
  /** Loads /.well-known/jwks.json. Rejects if Supabase is unavailable. */
  loadKeys(): Promise<unknown>;
  /** Returns whether the session of a token is live. Rejects if Supabase is unavailable. */
  isLive(token: string): Promise<boolean>;
  /** Sends a request with a JSON body. Throws DEPENDENCY_UNAVAILABLE if Supabase is unavailable. */
  send(
    method: 'POST' | 'PUT',
    path: string,
    body: object,
    headers?: Readonly<Record<string, string>>,
  ): Promise<{ readonly status: number; readonly text: string }>;
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
      signal: AbortSignal.timeout(timeoutMs),
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
      throw new Error(`Supabase Auth responded with status ${statusCode} to a request for its keys.`);
    },
    async isLive(token) {
      const { statusCode, body } = await get('/user', { authorization: `Bearer ${token}` });
      await body.dump();
      if (statusCode === 200) return true;
      if (statusCode === 401 || statusCode === 403) return false;
      throw new Error(
        `Supabase Auth responded with status ${statusCode} to a request for the user of a token.`,
      );
    },
    async send(method, path, body, headers = {}) {
      try {
        const answer = await dispatcher.request({
          method,
          path: `${basePath}/auth/v1${path}`,
          headers: { 'content-type': 'application/json', accept: 'application/json', ...apiKey, ...headers },
          body: JSON.stringify(body),
          signal: AbortSignal.timeout(changeTimeoutMs),
        });
        return { status: answer.statusCode, text: await answer.body.text() };
      } catch (cause) {
        throw new AppError('DEPENDENCY_UNAVAILABLE', {
          internal: 'Supabase Auth is unavailable',
          cause,
          retryAfterSeconds: 2,
        });
      }
    },
    close: () => dispatcher.destroy(),
  };
}
