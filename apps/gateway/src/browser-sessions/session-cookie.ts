import { sessionCookieNames } from '@valuecanvas/contracts-gateway';
import { parseCookie, stringifySetCookie } from 'cookie';

/** Reads and writes the session cookie. */
export interface SessionCookie {
  /** Returns its value from a `cookie` header, or undefined if the header has no well-formed one. */
  read(header: string | undefined): string | undefined;
  /** Returns the `set-cookie` value that sets the cookie until the session ends. */
  write(value: string, expires: Date): string;
  /** The `set-cookie` value that deletes the cookie. */
  readonly forget: string;
}

/** The format of `createSessionSecret`: 32 bytes in base64url. */
const written = /^[\w-]{43}$/;

/**
 * Creates an HttpOnly, SameSite=Lax cookie. Except on localhost it is Secure, and the `__Host-` prefix makes browsers
 * reject a cookie that another subdomain sets.
 */
export function createSessionCookie(publicUrl: string): SessionCookie {
  const secure = !isLocal(new URL(publicUrl));
  const attributes = { httpOnly: true, secure, sameSite: 'lax', path: '/' } as const;
  const name = secure ? sessionCookieNames.secure : sessionCookieNames.local;
  return {
    read(header) {
      if (!header?.includes(name)) return undefined;
      const value = parseCookie(header)[name];
      return value !== undefined && written.test(value) ? value : undefined;
    },
    write: (value, expires) => stringifySetCookie({ name, value, expires, ...attributes }),
    forget: stringifySetCookie({ name, value: '', maxAge: 0, ...attributes }),
  };
}

/** Returns true for addresses that only this machine reaches. */
export function isLocal({ protocol, hostname }: URL): boolean {
  return protocol === 'http:' && ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
}
