import { timingSafeEqual } from 'node:crypto';
import { AppError, anonymous, type Dialect, ownDialect, type Principal } from '@valuecanvas/contracts-core';
import { openBrowserSession } from '@valuecanvas/contracts-gateway';
import type { FastifyRequest } from 'fastify';
import type { CredentialSource } from '../access-tokens/authenticate.ts';
import type { UsedUpAddresses } from '../edge/used-up-addresses.ts';
import type { BrowserSessions, LoggedIn } from './browser-sessions.service.ts';
import type { SessionCookie } from './session-cookie.ts';

/** These change nothing, whoever sends them. */
const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * A browser sends its cookie along with whatever any page makes it send: what changes something must also carry the
 * session's CSRF token, which only our own pages can read. Throws CSRF_FAILED where it does not. A cookie that is worth
 * nothing any more is as good as none.
 */
export function authenticateCookie(options: {
  readonly sessions: Pick<BrowserSessions, 'known' | 'find'>;
  readonly cookie: Pick<SessionCookie, 'read'>;
  readonly csrfProtection: boolean;
  readonly usedUp: Pick<UsedUpAddresses, 'check'>;
}): CredentialSource {
  const { sessions, cookie, csrfProtection, usedUp } = options;
  return (request) => {
    const secret = heedsCookies(request) ? cookie.read(request.headers.cookie) : undefined;
    if (secret === undefined) return undefined;
    const accept = (found: LoggedIn | undefined): Principal => {
      if (found && csrfProtection && needsCsrfToken(request)) checkCsrfToken(request, found.csrfToken);
      return found?.principal ?? anonymous;
    };
    const known = sessions.known(secret);
    if (known) return accept(known);
    usedUp.check(request);
    return sessions.find(secret).then(accept);
  };
}

/** A log-in replaces the session, so an old cookie must not get in its way. */
function heedsCookies(request: FastifyRequest): boolean {
  return dialectOf(request).hasCookies && request.routeOptions.config.operation !== openBrowserSession;
}

function needsCsrfToken(request: FastifyRequest): boolean {
  return !safeMethods.has(request.method) && !dialectOf(request).isSafe;
}

function dialectOf({ routeOptions: { config } }: FastifyRequest): Dialect {
  return config.operation?.dialect ?? config.dialect ?? ownDialect;
}

function checkCsrfToken({ headers }: FastifyRequest, expected: string): void {
  const shown = headers['x-csrf-token'];
  if (typeof shown !== 'string' || !isSame(shown, expected)) throw new AppError('CSRF_FAILED');
}

function isSame(shown: string, expected: string): boolean {
  const [left, right] = [Buffer.from(shown), Buffer.from(expected)];
  return left.length === right.length && timingSafeEqual(left, right);
}
