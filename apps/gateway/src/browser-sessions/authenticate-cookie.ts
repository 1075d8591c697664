import { timingSafeEqual } from 'node:crypto';
import { AppError, anonymous, type Dialect, ownDialect, type Principal } from '@valuecanvas/contracts-core';
import { csrfTokenHeader, openBrowserSession } from '@valuecanvas/contracts-gateway';
import type { FastifyRequest } from 'fastify';
import type { CredentialSource } from '../access-tokens/authenticate.ts';
import type { RateLimitedAddresses } from '../edge/rate-limited-addresses.ts';
import type { BrowserSessions, LoggedIn } from './browser-sessions.service.ts';
import type { SessionCookie } from './session-cookie.ts';

/** Methods that change nothing. */
const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Authenticates by the session cookie. Any page can make a browser send the cookie, so requests that change something
 * must also carry the session's CSRF token, which only allowed pages can read. Throws CSRF_FAILED if it is missing or
 * wrong. A cookie without a live session is ignored.
 */
export function authenticateCookie(options: {
  readonly sessions: Pick<BrowserSessions, 'known' | 'find'>;
  readonly cookie: Pick<SessionCookie, 'read'>;
  readonly csrfProtection: boolean;
  readonly limitedAddresses: Pick<RateLimitedAddresses, 'check'>;
}): CredentialSource {
  const { sessions, cookie, csrfProtection, limitedAddresses } = options;
  return (request) => {
    const secret = readsCookies(request) ? cookie.read(request.headers.cookie) : undefined;
    if (secret === undefined) return undefined;
    const accept = (found: LoggedIn | undefined): Principal => {
      if (found && csrfProtection && needsCsrfToken(request)) checkCsrfToken(request, found.csrfToken);
      return found?.principal ?? anonymous;
    };
    const known = sessions.known(secret);
    if (known) return accept(known);
    limitedAddresses.check(request);
    return sessions.find(secret).then(accept);
  };
}

/** A login replaces the session, so an old cookie must not make it fail. */
function readsCookies(request: FastifyRequest): boolean {
  return dialectOf(request).hasCookies && request.routeOptions.config.operation !== openBrowserSession;
}

function needsCsrfToken(request: FastifyRequest): boolean {
  return !safeMethods.has(request.method) && !dialectOf(request).isSafe;
}

function dialectOf({ routeOptions: { config } }: FastifyRequest): Dialect {
  return config.operation?.dialect ?? config.dialect ?? ownDialect;
}

function checkCsrfToken({ headers }: FastifyRequest, expected: string): void {
  const shown = headers[csrfTokenHeader];
  if (typeof shown !== 'string' || !isSame(shown, expected)) throw new AppError('CSRF_FAILED');
}

function isSame(shown: string, expected: string): boolean {
  const [left, right] = [Buffer.from(shown), Buffer.from(expected)];
  return left.length === right.length && timingSafeEqual(left, right);
}
