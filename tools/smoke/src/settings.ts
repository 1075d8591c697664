import { parseArgs } from 'node:util';

export interface Credentials {
  readonly email: string;
  readonly password: string;
}

export interface Settings {
  /** Origin of the deployment. */
  readonly url: string;
  /** If absent, a temporary account is created. */
  readonly user: Credentials | undefined;
  /** If absent, administrators' routes are not checked. */
  readonly admin: Credentials | undefined;
}

export const usage = `npm run smoke -- <url> [--email <e-mail> --password <password>]
                      [--admin-email <e-mail> --admin-password <password>]

Checks a deployment by its public interface. Without --email an account is signed up for it; with an admin's
account, what only admins may do is checked as well.`;

/** Parses the command line. Returns undefined if the URL is missing or an account is incomplete. */
export function readSettings(args: readonly string[]): Settings | undefined {
  const { values, positionals } = parse(args);
  const [url] = positionals;
  const user = pair(values.email, values.password);
  const admin = pair(values['admin-email'], values['admin-password']);
  if (!url || !URL.canParse(url) || user === 'half' || admin === 'half') return undefined;
  return { url: new URL(url).href.replace(/\/$/, ''), user, admin };
}

function parse(args: readonly string[]) {
  const text = { type: 'string' } as const;
  const options = { email: text, password: text, 'admin-email': text, 'admin-password': text };
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch {
    return { values: {} as Record<keyof typeof options, string | undefined>, positionals: [] };
  }
}

function pair(email?: string, password?: string): Credentials | undefined | 'half' {
  if (!email && !password) return undefined;
  return email && password ? { email, password } : 'half';
}
