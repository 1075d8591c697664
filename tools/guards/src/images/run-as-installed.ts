import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, copyFile, cp, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseEnv, promisify } from 'node:util';
import { buildApp } from '@valuecanvas/build';
import { buildPage } from '@valuecanvas/build/page';
import { serviceNames } from '@valuecanvas/contracts-core';
import { createDatabase, migrate, rolePasswordsFrom } from '@valuecanvas/database';
import { freePort, startPostgres, startRedis } from '@valuecanvas/local-servers';
import { parse } from 'yaml';
import { readManifests } from '../manifests.ts';
import { root } from '../root.ts';
import { interpolate } from './interpolate.ts';

const run = promisify(execFile);
type Variables = Readonly<Record<string, string>>;

/** Time limit for a program to answer or to end. */
const timeoutMs = 3 * 60_000;

/** If root runs the check, programs run as this unprivileged account, because images do not run as root either. */
const stranger = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};

interface Image {
  readonly name: string;
  readonly dockerfile: string;
  /** Paths of the repository with their places in the image. */
  readonly files: Readonly<Record<string, string>>;
}

const images: readonly Image[] = [
  ...serviceNames.map((name) => ({
    name,
    dockerfile: `apps/${name}/Dockerfile`,
    files: { [`dist/${name}`]: '.', ...(name === 'gateway' ? { 'dist/web': 'web' } : {}) },
  })),
  {
    name: 'migrate',
    dockerfile: 'tools/database/Dockerfile',
    files: {
      'tools/database/package.json': 'tools/database/package.json',
      'tools/database/src': 'tools/database/src',
      'supabase/migrations': 'supabase/migrations',
    },
  },
  {
    name: 'llm-simulator',
    dockerfile: 'tools/llm-simulator/Dockerfile',
    files: { 'tools/llm-simulator/package.json': 'package.json', 'tools/llm-simulator/src': 'src' },
  },
];

/**
 * Runs the program of each image without a container: builds it, installs its production packages with the install line
 * of the Dockerfile, makes the files read-only, and starts the command of the Dockerfile as another user against real
 * servers. A service must reach its servers, pass its health check and stop at SIGTERM. Returns the faults.
 */
export async function runAsInstalled(names: readonly string[]): Promise<string[]> {
  const wanted = images.filter(({ name }) => names.length === 0 || names.includes(name));
  if (wanted.length === 0) return [`No image has the name ${names.join(', ')}.`];
  await using cleanup = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'valuecanvas-images-'));
  cleanup.defer(() => rm(folder, { recursive: true, force: true }));
  await chmod(folder, 0o755);
  // The account that runs the programs may have no access to this repository's Node.
  const node = join(folder, 'node');
  await copyFile(process.execPath, node);
  const variablesOf = await startServers(folder, cleanup);
  const faults: string[] = [];
  for (const image of wanted) {
    const began = performance.now();
    try {
      await tryImage(image, join(folder, image.name), node, variablesOf(image.name));
      console.log(`${image.name}: runs as installed (${((performance.now() - began) / 1_000).toFixed(1)} s)`);
    } catch (error) {
      faults.push(`${image.dockerfile}: ${error instanceof Error ? error.message : error}`);
    }
  }
  return faults;
}

async function tryImage(image: Image, folder: string, node: string, given: Variables): Promise<void> {
  const dockerfile = (await readFile(join(root, image.dockerfile), 'utf8')).replaceAll(/\\\n\s*/g, '');
  const match = (pattern: RegExp): string | undefined => pattern.exec(dockerfile)?.[1];
  await mkdir(folder);
  const install = match(/^RUN (npm ci --workspace .*)$/m);
  if (install !== undefined) await installPackages(install, folder);
  if (serviceNames.some((name) => name === image.name)) await buildApp(image.name);
  if ('dist/web' in image.files) await buildPage('web');
  for (const [from, to] of Object.entries(image.files)) {
    await mkdir(dirname(join(folder, to)), { recursive: true });
    await cp(join(root, from), join(folder, to), { recursive: true });
  }
  await run('chmod', ['-R', 'a+rX,a-w', folder]);
  try {
    const [port, internalPort] = [await freePort(), await freePort()];
    const local = { HOST: '127.0.0.1', PORT: String(port), INTERNAL_PORT: String(internalPort) };
    const pages = match(/^ENV (PAGES_DIR=.*)$/m);
    const built = pages === undefined ? {} : parseEnv(pages);
    const start = (command: string | undefined) => {
      const [, ...args] = JSON.parse(command ?? '[]') as string[];
      return startProgram(node, args, {
        cwd: folder,
        env: { NODE_ENV: 'production', ...built, ...given, ...local },
      });
    };
    using program = start(match(/^CMD (\[.*\])$/m));
    const check = match(/^HEALTHCHECK .*CMD (\[.*\])$/m);
    if (check === undefined) return await program.ended();
    const healthy = () =>
      start(check)
        .ended()
        .then(
          () => true,
          () => false,
        );
    await program.until('pass its health check', healthy);
    if (given.DATABASE_URL) await program.until('reach its servers', () => reachesServers(internalPort));
    if (pages !== undefined) await program.until('serve the page', () => servesPage(port));
    program.process.kill('SIGTERM');
    await program.ended();
  } finally {
    await run('chmod', ['-R', 'u+w', folder]);
  }
}

/** Runs the install line of the Dockerfile in a folder that has only the manifests and the lock file. */
async function installPackages(line: string, folder: string): Promise<void> {
  const manifests = (await readManifests()).map((manifest) => join(manifest.folder, 'package.json'));
  for (const file of [...manifests, 'package-lock.json', '.npmrc'])
    await cp(join(root, file), join(folder, file));
  // npm describes the current package in the environment of its scripts, which would mislead the inner npm.
  const inherited = Object.entries(process.env).filter(([name]) => !name.toLowerCase().startsWith('npm_'));
  await run('sh', ['-c', line], { cwd: folder, env: Object.fromEntries(inherited) });
  for (const part of ['apps', 'libs', 'tools', 'package.json']) {
    await rm(join(folder, part), { recursive: true, force: true });
  }
}

/** Checks only the servers: readiness also depends on other services, which do not run here. */
async function reachesServers(internalPort: number): Promise<boolean> {
  const response = await fetch(`http://127.0.0.1:${internalPort}/health/ready`);
  const { checks } = (await response.json()) as { checks: Record<string, string> };
  return checks.postgres === 'up' && (checks.redis ?? 'up') === 'up';
}

async function servesPage(port: number): Promise<boolean> {
  const response = await fetch(`http://127.0.0.1:${port}/`);
  return response.ok && (await response.text()).includes('<div id="root">');
}

function startProgram(command: string, args: readonly string[], options: { cwd: string; env: Variables }) {
  const child: ChildProcess = spawn(command, args, {
    ...options,
    ...stranger,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = once(child, 'close');
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (output += chunk));
  const failure = (what: string) => new Error(`${what}:\n${output.split('\n').slice(-20).join('\n')}`);
  return {
    process: child,
    /** Rejects unless the program ends with exit code 0. */
    async ended(): Promise<void> {
      const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
      const [code, signal] = await exited;
      clearTimeout(timer);
      if (code !== 0) throw failure(`the program ended with ${code ?? signal}`);
    },
    /** Resolves when the condition holds. Rejects if the program ends first. */
    async until(goal: string, holds: () => Promise<boolean>): Promise<void> {
      const deadline = Date.now() + timeoutMs;
      while (!(await holds().catch(() => false))) {
        if (child.exitCode !== null || child.signalCode !== null || Date.now() > deadline) {
          throw failure(`the program did not ${goal}`);
        }
        await delay(100);
      }
    },
    [Symbol.dispose]: () => void child.kill('SIGKILL'),
  };
}

/** Starts PostgreSQL and Redis. Returns the environments of docker-compose.yml, at the addresses of these servers. */
async function startServers(folder: string, cleanup: AsyncDisposableStack) {
  const secretsCommand = join(root, 'tools/dev-stack/src/commands/generate-secrets.ts');
  const secrets = parseEnv((await run(process.execPath, [secretsCommand, '--stdout'])).stdout);
  const postgres = await startPostgres({ directory: join(folder, 'postgres'), durable: false });
  cleanup.defer(postgres.stop);
  const redis = await startRedis({ directory: join(folder, 'redis'), persistent: false });
  cleanup.defer(redis.stop);
  const url = await createDatabase({ url: postgres.url, name: 'valuecanvas' });
  await migrate({ url, rolePasswords: rolePasswordsFrom(secrets) });
  const empty = await createDatabase({ url: postgres.url, name: 'empty' });
  const compose = parse(await readFile(join(root, 'docker-compose.yml'), 'utf8'), { merge: true });

  const localValue = (name: string, value: string): string => {
    if (name === 'REDIS_URL') return redis.url;
    if (name === 'MIGRATION_DATABASE_URL') return empty;
    if (name !== 'DATABASE_URL') return value;
    return Object.assign(new URL(value), { host: new URL(url).host }).href;
  };
  return (name: string): Variables => {
    const given: Variables = compose.services[name]?.environment ?? {};
    const pairs = Object.entries(given).map(([key, value]) => [
      key,
      localValue(key, interpolate(String(value), secrets)),
    ]);
    return Object.fromEntries(pairs);
  };
}
