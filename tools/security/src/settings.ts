import { parseArgs } from 'node:util';

export interface Settings {
  /** Origin of the platform to attack. If absent, a local one is started. */
  readonly url: string | undefined;
  /** True to skip the checks of the repository's files. */
  readonly attacksAlone: boolean;
}

export const usage = `npm run security:scan [-- [<url>] [--attacks]]

Checks dependencies, secrets, lock file, Dockerfiles and manifests, and attacks a platform: the one at <url>, else
one that is started for it on a free port. With --attacks it does the last alone.`;

/** Parses the command line. Returns undefined if it is invalid. */
export function readSettings(args: readonly string[]): Settings | undefined {
  const parsed = parse(args);
  const [url, ...more] = parsed?.positionals ?? [];
  if (!parsed || more.length > 0 || (url !== undefined && !isOrigin(url))) return undefined;
  return { url: url && new URL(url).origin, attacksAlone: parsed.values.attacks ?? false };
}

function parse(args: readonly string[]) {
  try {
    const options = { attacks: { type: 'boolean' } } as const;
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch {
    return undefined;
  }
}

/** Only the origin is used; attacks choose their paths. */
function isOrigin(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, pathname } = new URL(text);
  return /^https?:$/.test(protocol) && pathname === '/';
}
