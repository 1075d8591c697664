import { AppError } from '@valuecanvas/contracts-core';
import type { gatewayContract } from '@valuecanvas/contracts-gateway';
import { type HandlersOf, respond } from '@valuecanvas/service-kit';
import type { BrowserSessions } from './browser-sessions.service.ts';
import { openSessionHandler } from './open-session.handler.ts';
import type { SessionCookie } from './session-cookie.ts';

export const browserSessionRoutes = (sessions: BrowserSessions, cookie: SessionCookie) =>
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
