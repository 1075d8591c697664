import { AppError } from '@valuecanvas/contracts-core';
import { getBrowserSession } from '@valuecanvas/contracts-gateway';
import { respond, serve } from '@valuecanvas/service-kit';
import type { BrowserSessions } from './browser-sessions.service.ts';
import type { SessionCookie } from './session-cookie.ts';

export const getSessionRoute = (sessions: BrowserSessions, cookie: SessionCookie) =>
  serve(getBrowserSession, async (call) => {
    const secret = cookie.read(call.header('cookie'));
    const found = secret === undefined ? undefined : await sessions.find(secret);
    if (!found) throw new AppError('UNAUTHENTICATED', { message: 'This browser has no session: log in.' });
    return respond(200, found.session, { 'cache-control': 'no-store' });
  });
