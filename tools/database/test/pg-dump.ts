import { execFile, execFileSync } from 'node:child_process';
import { promisify } from 'node:util';

/**
 * Returns true if the pg_dump on the PATH can dump a server of this major version: it refuses newer servers. Warns that tests
 * are skipped if it cannot.
 */
export function canDump(major: number): boolean {
  try {
    const version = execFileSync('pg_dump', ['--version'], { encoding: 'utf8' });
    if (Number(/\d+/.exec(version)?.[0]) >= major) return true;
  } catch {
    // There is no pg_dump.
  }
  process.emitWarning(
    `Install postgresql-client-${major} or newer to run the tests with pg_dump that are skipped.`,
  );
  return false;
}

/** Returns the dump without lines that contain a random key. */
export async function dump(url: string): Promise<string> {
  const { stdout } = await promisify(execFile)('pg_dump', ['--dbname', url], { maxBuffer: 1e8 });
  return stdout.replaceAll(/^\\(un)?restrict .*$/gm, '');
}
