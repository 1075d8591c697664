import type { openBrowserSession } from '@valuecanvas/contracts-gateway';
import { type Handler, respond } from '@valuecanvas/service-kit';
import type { BrowserSessions } from './browser-sessions.service.ts';
import type { SessionCookie } from './session-cookie.ts';

export function openSessionHandler(
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
