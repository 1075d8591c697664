import { parseArgs } from 'node:util';

export interface Settings {
  /** Origin of the platform to attack. If absent, a local one is started. */
  readonly url: string | undefined;
  /** Attack a platform. */
  readonly attacks: boolean;
  /** Check the repository's files, and the images that were built from them. */
  readonly files: boolean;
  /** File for the results in SARIF. */
  readonly sarif: string | undefined;
}

export const usage = `npm run security:scan [-- [<url>] [--attacks | --files] [--sarif <file>]]

Checks dependencies, secrets, lock file, Dockerfiles, built images and Terraform, and attacks a platform: the one at
<url>, else one that is started for it on a free port. --attacks and --files do one of both alone. --sarif also writes
the results to a file, in the format of code scanning.`;

/** Parses the command line. Returns undefined if it is invalid. */
export function readSettings(args: readonly string[]): Settings | undefined {
  const parsed = parse(args);
  const [url, ...more] = parsed?.positionals ?? [];
  if (!parsed || more.length > 0 || (url !== undefined && !isOrigin(url))) return undefined;
  const { attacks = false, files = false, sarif } = parsed.values;
  if ((attacks && files) || (files && url !== undefined) || sarif === '') return undefined;
  return { url: url && new URL(url).origin, attacks: !files, files: !attacks, sarif };
}

function parse(args: readonly string[]) {
  try {
    const options = {
      attacks: { type: 'boolean' },
      files: { type: 'boolean' },
      sarif: { type: 'string' },
    } as const;
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
