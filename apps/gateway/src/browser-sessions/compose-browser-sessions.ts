import { AppError } from '@valuecanvas/contracts-core';
import type { gatewayContract, openBrowserSession, signUpBrowser } from '@valuecanvas/contracts-gateway';
import { type Handler, type HandlersOf, respond } from '@valuecanvas/service-kit';
import type { Kysely } from 'kysely';
import type { TokenVerifier } from '../access-tokens/token-verifier.ts';
import type { GatewayKit } from '../config.ts';
import type { Database } from '../db.ts';
import {
  type BrowserSessions,
  createBrowserSessions,
  type OpenedSession,
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
    signUpBrowser: signUpHandler(sessions, cookie),

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
    const opened = await sessions.open(email, password, call.header('user-agent'));
    await closePrevious(sessions, cookie.read(call.header('cookie')));
    return respond(201, opened.session, cookieHeaders(cookie, opened));
  };
}

function signUpHandler(sessions: BrowserSessions, cookie: SessionCookie): Handler<typeof signUpBrowser> {
  return async (call) => {
    const { email, password } = call.body;
    const opened = await sessions.signUp(email, password, call.header('user-agent'));
    if (!opened) return respond(201, { confirmationNeeded: true }, { 'cache-control': 'no-store' });
    await closePrevious(sessions, cookie.read(call.header('cookie')));
    const answer = { session: opened.session, confirmationNeeded: false };
    return respond(201, answer, cookieHeaders(cookie, opened));
  };
}

/** A new session replaces the one that the browser had. */
async function closePrevious(sessions: BrowserSessions, secret: string | undefined): Promise<void> {
  if (secret !== undefined) await sessions.close(secret);
}

function cookieHeaders(cookie: SessionCookie, { secret, session }: OpenedSession) {
  return {
    'set-cookie': cookie.write(secret, new Date(session.expiresAt)),
    'cache-control': 'no-store',
  };
}
