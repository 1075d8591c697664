import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildOnce } from '../build-once.ts';
import { callerEnvironment } from '../environment.ts';
import { runCommand } from '../run-command.ts';
import { isRecentEnough, type RedisBinary, redisVersion } from './binary.ts';

/** Returns the distribution's code name (`bookworm`) on Debian, Ubuntu and derivatives, where apt has Redis. */
export async function debianRelease(): Promise<string | undefined> {
  const text = await readFile('/etc/os-release', 'utf8').catch(() => '');
  const field = (name: string) => new RegExp(`^${name}="?([^"\\n]*)`, 'm').exec(text)?.[1];
  const family = `${field('ID')} ${field('ID_LIKE')}`;
  const usable = /\b(debian|ubuntu)\b/.test(family) && existsSync('/usr/bin/apt-get');
  return usable ? (field('VERSION_CODENAME') ?? field('ID')) : undefined;
}

/**
 * Unpacks Redis from the distribution's packages in the cache folder. Installs nothing, does not touch the package lists
 * of the machine, and does not need root. Later calls work offline. Throws apt's message.
 */
export async function debianRedis(
  release: string,
  cacheDirectory: string,
  progress: (line: string) => void,
): Promise<RedisBinary> {
  const folder = join(cacheDirectory, `redis-${release}-${process.arch}`);
  await buildOnce(folder, async (draft) => {
    progress(`Downloading Redis from the packages of ${release}`);
    await unpackRedis(draft);
    await inspect(draft);
  });
  return await inspect(folder);
}

async function unpackRedis(folder: string): Promise<void> {
  const apt = join(folder, 'apt');
  const archives = join(apt, 'cache', 'archives');
  await mkdir(join(apt, 'lists', 'partial'), { recursive: true });
  await mkdir(join(archives, 'partial'), { recursive: true });
  await writeFile(join(apt, 'apt.conf'), aptConfiguration(apt));
  await aptGet(apt, ['update']);
  // --reinstall: apt would skip a package that is already on the machine.
  const choice = ['--download-only', '--no-install-recommends', '--reinstall', '--yes'];
  await aptGet(apt, ['install', ...choice, 'redis-server', 'redis-tools']);
  const packages = (await readdir(archives)).filter((name) => name.endsWith('.deb'));
  for (const name of packages) await runCommand('dpkg-deb', ['-x', join(archives, name), folder]);
  await rm(apt, { recursive: true });
}

/** With -c, apt reads this after the settings of the machine, whose hooks would change the machine's caches. */
function aptConfiguration(apt: string): string {
  return `
Dir::State::Lists "${apt}/lists";
Dir::Cache "${apt}/cache";
Dir::Log "${apt}/log";
Debug::NoLocking "true";
APT::Sandbox::User "root";
APT::Get::AllowUnauthenticated "false";
Acquire::Languages "none";
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
#clear DPkg::Post-Invoke;
`;
}

function aptGet(apt: string, args: string[]): Promise<string> {
  const env = { ...callerEnvironment(), LC_ALL: 'C', DEBIAN_FRONTEND: 'noninteractive' };
  return runCommand('/usr/bin/apt-get', ['-q', '-c', join(apt, 'apt.conf'), ...args], { env });
}

async function inspect(folder: string): Promise<RedisBinary> {
  const command = join(folder, 'usr', 'bin', 'redis-server');
  const libraryPath = (await libraryFolders(folder)).join(':');
  const version = await redisVersion(command, libraryPath);
  if (isRecentEnough(version)) return { command, libraryPath, version };
  throw new Error(`this distribution's Redis is version ${version}`);
}

/** lib and usr/lib, with the folder of the architecture in each (x86_64-linux-gnu). */
async function libraryFolders(folder: string): Promise<string[]> {
  const bases = ['lib', 'usr/lib'].map((name) => join(folder, name)).filter((base) => existsSync(base));
  const nested = await Promise.all(
    bases.map(async (base) => (await readdir(base)).map((name) => join(base, name))),
  );
  return [...nested.flat().filter((path) => path.includes('-linux-gnu')), ...bases];
}
