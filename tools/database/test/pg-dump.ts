import { execFile, execFileSync } from 'node:child_process';
import { promisify } from 'node:util';

/** Whether a pg_dump on the PATH can dump a server of this major: it refuses newer ones than itself. */
export function canDump(major: number): boolean {
  try {
    const version = execFileSync('pg_dump', ['--version'], { encoding: 'utf8' });
    return Number(/\d+/.exec(version)?.[0]) >= major;
  } catch {
    return false;
  }
}

/** The whole dump, without the lines that carry a key drawn anew for each. */
export async function dump(url: string): Promise<string> {
  const { stdout } = await promisify(execFile)('pg_dump', ['--dbname', url], { maxBuffer: 1e8 });
  return stdout.replaceAll(/^\\(un)?restrict .*$/gm, '');
}
