import { AppError } from '@valuecanvas/contracts-core';
import type { gatewayContract, openBrowserSession } from '@valuecanvas/contracts-gateway';
import { type Handler, type HandlersOf, respond } from '@valuecanvas/service-kit';
import type { Kysely } from 'kysely';
import type { TokenVerifier } from '../access-tokens/token-verifier.ts';
import type { GatewayKit } from '../config.ts';
import type { Database } from '../db.ts';
import {
  type BrowserSessions,
  createBrowserSessions,
  type SessionSource,
} from './browser-sessions.service.ts';
import { createBrowserSessionsStore } from './browser-sessions.store.ts';
import { createSessionCookie, type SessionCookie } from './session-cookie.ts';

/** Cookie sessions of browsers. `source` issues the tokens behind a session, and `tokens` verifies them. */
export function composeBrowserSessions(
  { config, now }: GatewayKit,
  {
    db,
    source,
    tokens,
  }: { readonly db: Kysely<Database>; readonly source: SessionSource; readonly tokens: TokenVerifier },
) {
  const cookie = createSessionCookie(config.PUBLIC_URL);
  const sessions = createBrowserSessions({ source, tokens, store: createBrowserSessionsStore(db), now });
  return { sessions, cookie, routes: browserSessionRoutes(sessions, cookie) };
}

const browserSessionRoutes = (sessions: BrowserSessions, cookie: SessionCookie) =>
  ({
    openBrowserSession: openSessionHandler(sessions, cookie),

    async getBrowserSession(call) {
      const secret = cookie.read(call.header('cookie'));
      const found = secret === undefined ? undefined : await sessions.find(secret);
      if (!found)
        throw new AppError('UNAUTHENTICATED', { message: 'This browser has no session. Log in first.' });
      return respond(200, found.session, { 'cache-control': 'no-store' });
    },

    async closeBrowserSession(call) {
      const secret = cookie.read(call.header('cookie'));
      if (secret !== undefined) await sessions.close(secret);
      return respond(204, undefined, { 'set-cookie': cookie.forget });
    },
  }) satisfies Partial<HandlersOf<typeof gatewayContract>>;

function openSessionHandler(
  sessions: BrowserSessions,
  cookie: SessionCookie,
): Handler<typeof openBrowserSession> {
  return async (call) => {
    const { email, password } = call.body;
    const { secret, session } = await sessions.open(email, password, call.header('user-agent'));
    const before = cookie.read(call.header('cookie'));
    if (before !== undefined) await sessions.close(before);
    return respond(201, session, {
      'set-cookie': cookie.write(secret, new Date(session.expiresAt)),
      'cache-control': 'no-store',
    });
  };
}
