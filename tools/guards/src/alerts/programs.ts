import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { root } from '../root.ts';

/** Folder into which `fetchPrograms` unpacks. */
const fetched = join(root, '.cache/prometheus');

/** Oldest versions that read the configuration: `${RUNBOOKS_URL}` in external labels, and `url_file` of webhooks. */
const oldest = { prometheus: '3.0', promtool: '3.0', alertmanager: '0.27', amtool: '0.27' } as const;
type Program = keyof typeof oldest;

/** Debian names Alertmanager after Prometheus. */
const names: Readonly<Record<Program, readonly string[]>> = {
  prometheus: ['prometheus'],
  promtool: ['promtool'],
  alertmanager: ['prometheus-alertmanager', 'alertmanager'],
  amtool: ['amtool'],
};

/** The programs of Prometheus and Alertmanager on this machine, by path, and why others are missing. */
export function findPrograms(): {
  readonly paths: Readonly<Partial<Record<Program, string>>>;
  readonly missing: readonly string[];
} {
  const paths: Partial<Record<Program, string>> = {};
  const missing: string[] = [];
  for (const program of Object.keys(oldest) as Program[]) {
    const path = pathOf(program);
    const version = path === undefined ? undefined : versionOf(path);
    if (path !== undefined && version !== undefined && isAtLeast(version, oldest[program]))
      paths[program] = path;
    else
      missing.push(version === undefined ? program : `${program} ${oldest[program]} (${path} is ${version})`);
  }
  return { paths, missing };
}

/** How to install what is missing. */
export const howToInstall =
  'Debian 14: apt-get install prometheus promtool prometheus-alertmanager. Debian 12 and 13: npm run check:alerts -- --fetch';

/** Unpacks the programs of a newer Debian into .cache. Throws if that fails. */
export function fetchPrograms(): void {
  const script = fileURLToPath(new URL('../debian/fetch-newer.sh', import.meta.url));
  const packages = ['prometheus', 'promtool', 'prometheus-alertmanager'];
  const { status } = spawnSync('bash', [script, 'forky', fetched, ...packages], { stdio: 'inherit' });
  if (status !== 0)
    throw new Error('The packages could not be fetched. This needs Debian and its package mirror.');
}

function pathOf(program: Program): string | undefined {
  for (const name of names[program]) {
    const own = join(fetched, 'usr/bin', name);
    if (existsSync(own)) return own;
    const { status, stdout } = spawnSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' });
    if (status === 0) return stdout.trim();
  }
  return undefined;
}

function versionOf(path: string): string | undefined {
  const { stdout, stderr } = spawnSync(path, ['--version'], { encoding: 'utf8' });
  return /version (\d+\.\d+\.\d+)/.exec(`${stdout}${stderr}`)?.[1];
}

function isAtLeast(version: string, limit: string): boolean {
  return version.localeCompare(limit, 'en', { numeric: true }) >= 0;
}
