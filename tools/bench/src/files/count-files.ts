import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { freePort, projectCache } from '@valuecanvas/local-servers';
import type { Surroundings } from '../compare.ts';
import type { Options } from '../options.ts';
import { type Child, createStarter, type Program } from '../platform/child.ts';
import { createIdentities } from '../platform/identities.ts';
import { ownScript, projectRoot } from '../platform/own-script.ts';
import { startServers } from '../platform/servers.ts';
import { flagsProgram, gatewayProgram, type Ports, routerProgram } from '../platform/services.ts';
import { createUsers, logIn } from '../platform/users.ts';
import { type FilesOfRequest, filesReport } from './files-report.ts';

/** Warm-up requests, so that one-time work per process or user does not count. */
const warmUp = 5;

/** Measured requests. A file counts if it ran in all of them, so that periodic work in the background does not count. */
const measured = 5;

interface Route {
  readonly name: string;
  /** Goal: the maximum number of files. */
  readonly goal: number;
  readonly services: readonly Child[];
  send(number: number): Promise<Response>;
}

/** Counts the source files whose functions run for one warm request, through the gateway and a service. */
export async function countFiles(_: Options, { say, cleanup }: Surroundings): Promise<string> {
  const folder = join(projectCache(), 'bench');
  const logs = join(folder, 'logs');
  await mkdir(logs, { recursive: true });
  say('Starting PostgreSQL, Redis and the services from their sources …');
  const [servers, identities] = await Promise.all([
    startServers(join(folder, 'servers'), cleanup),
    createIdentities(),
  ]);
  const start = createStarter(logs, cleanup);
  const provider = await start({ name: 'stub-provider', args: ownScript('servers/stub-provider') });
  const ports = { flags: await freePorts(), router: await freePorts(), gateway: await freePorts() };
  const url = urlAt(ports.gateway);
  const surroundings = { servers, identities, publicUrl: url };
  const startService = (service: string, program: Program) => start(fromSources(service, program));
  const flags = await startService('feature-flags', flagsProgram(surroundings, ports.flags));
  const router = await startService(
    'llm-router',
    withFlags(
      routerProgram(surroundings, ports.router, { whole: provider.url, streams: provider.url }),
      ports.flags,
    ),
  );
  const gateway = await startService(
    'gateway',
    withFlags(gatewayProgram('gateway', surroundings, ports.gateway, urlAt(ports.router)), ports.flags),
  );

  const [user] = await createUsers(url);
  if (!user) throw new Error('There is no user.');
  await makeAdmin(user.email, servers.databaseUrl('gateway'));
  const { accessToken } = await logIn(url, user.email);
  const send = (method: string, path: string, body: object) =>
    fetch(`${url}${path}`, {
      method,
      headers: { authorization: `Bearer ${accessToken}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });

  await read(await send('POST', '/api/flags', { key: 'bench', description: 'Counts files.' }));
  const routes: Route[] = [
    {
      name: 'POST /v1/chat/completions',
      goal: 70,
      services: [gateway, router],
      send: (number) =>
        send('POST', '/v1/chat/completions', {
          model: 'gpt-4o-mini',
          max_tokens: 256,
          messages: [{ role: 'user', content: `Name a dish for guest ${number}.` }],
        }),
    },
    {
      name: 'PUT /api/flags/:key',
      goal: 40,
      services: [gateway, flags],
      send: (number) => send('PUT', '/api/flags/bench', { description: `Counts files, ${number}.` }),
    },
  ];
  const results: FilesOfRequest[] = [];
  for (const route of routes) {
    say(`Counting the files of ${route.name} …`);
    results.push({ name: route.name, goal: route.goal, files: await filesOf(route) });
  }
  return filesReport(results);
}

async function filesOf({ services, send }: Route): Promise<string[]> {
  for (let number = 0; number < warmUp; number += 1) await read(await send(number));
  let inAll: string[] | undefined;
  for (let number = warmUp; number < warmUp + measured; number += 1) {
    await Promise.all(services.map(modulesThatRan));
    await read(await send(number));
    const ran = new Set((await Promise.all(services.map(modulesThatRan))).flat());
    inAll = (inAll ?? [...ran]).filter((url) => ran.has(url));
  }
  const ourFolders = /^(apps|libs)\//;
  return (inAll ?? [])
    .filter((url) => url.startsWith('file:'))
    .map((url) => fileURLToPath(url).slice(projectRoot.length))
    .filter((path) => ourFolders.test(path) && !path.includes('node_modules'))
    .toSorted();
}

/** Returns the URLs of the modules whose functions have run since the previous call. */
async function modulesThatRan({ process }: Child): Promise<string[]> {
  const answered = once(process, 'message');
  process.send('take');
  const [urls] = (await answered) as [string[]];
  return urls;
}

async function read(answer: Response): Promise<void> {
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${answer.url} answered ${answer.status}: ${text}`);
}

/** Runs a service's sources, so that V8 names their files, with the coverage hook. */
function fromSources(service: string, program: Program): Program {
  const hook = new URL('./report-coverage.ts', import.meta.url).href;
  return {
    ...program,
    name: `files-${service}`,
    folder: join(projectRoot, 'apps', service),
    args: ['--import', hook, '--import', '@valuecanvas/service-kit/register', 'src/main.ts'],
  };
}

const withFlags = (program: Program, ports: Ports): Program => ({
  ...program,
  environment: { ...program.environment, FEATURE_FLAGS_URL: urlAt(ports) },
});

async function makeAdmin(email: string, databaseUrl: string): Promise<void> {
  const script = join(projectRoot, 'apps/gateway/src/commands/user-grant.ts');
  await promisify(execFile)(process.execPath, [script, email, '--role', 'admin'], {
    env: { PATH: process.env.PATH, DATABASE_URL: databaseUrl },
  });
}

const freePorts = async (): Promise<Ports> => ({ port: await freePort(), internalPort: await freePort() });

const urlAt = ({ port }: Ports) => `http://127.0.0.1:${port}`;
