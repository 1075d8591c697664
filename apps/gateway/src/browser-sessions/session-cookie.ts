import { parseCookie, stringifySetCookie } from 'cookie';

/** The cookie that stands for a browser's session. */
export interface SessionCookie {
  /** Its value in a `cookie` header, if it has one of ours. */
  read(header: string | undefined): string | undefined;
  /** The `set-cookie` that makes a browser keep it until the session ends. */
  write(value: string, expires: Date): string;
  /** The `set-cookie` that makes a browser forget it. */
  readonly forget: string;
}

/** What `createSessionSecret` makes: 32 bytes in base64url. */
const written = /^[\w-]{43}$/;

/**
 * Out of reach for scripts, and sent along only by pages of the same site and by links to it. Outside localhost it
 * travels over HTTPS alone, and its name makes browsers refuse one that another subdomain has planted.
 */
export function createSessionCookie(publicUrl: string): SessionCookie {
  const secure = !isLocal(new URL(publicUrl));
  const attributes = { httpOnly: true, secure, sameSite: 'lax', path: '/' } as const;
  const name = secure ? '__Host-vc_session' : 'vc_session';
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

function isLocal({ protocol, hostname }: URL): boolean {
  return protocol === 'http:' && ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
}
