import { closeBrowserSession } from '@valuecanvas/contracts-gateway';
import { respond, serve } from '@valuecanvas/service-kit';
import type { BrowserSessions } from './browser-sessions.service.ts';
import type { SessionCookie } from './session-cookie.ts';

export const closeSessionRoute = (sessions: BrowserSessions, cookie: SessionCookie) =>
  serve(closeBrowserSession, async (call) => {
    const secret = cookie.read(call.header('cookie'));
    if (secret !== undefined) await sessions.close(secret);
    return respond(204, undefined, { 'set-cookie': cookie.forget });
  });
