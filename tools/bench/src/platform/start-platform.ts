import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort, projectCache } from '@valuecanvas/local-servers';
import { type LoadProcess, startLoadProcess } from '../load/load-process.ts';
import { type Child, createStarter, type Program } from './child.ts';
import { createIdentities, type Identities } from './identities.ts';
import { ownScript } from './own-script.ts';
import { installPortkey, portkeyProgram } from './portkey.ts';
import { type Servers, startServers } from './servers.ts';
import { buildService, gatewayProgram, type Ports, routerProgram } from './services.ts';
import { createUsers, type User } from './users.ts';

export interface PlatformOptions {
  readonly portkey: boolean;
  /** Node's flags for a service. */
  readonly flags?: { readonly router?: readonly string[]; readonly gateway?: readonly string[] };
  readonly say: (line: string) => void;
}

/** All contenders and their dependencies, as local processes. */
export interface Platform {
  readonly servers: Servers;
  readonly identities: Identities;
  readonly users: readonly User[];
  readonly load: LoadProcess;
  /** A provider with configurable latency. */
  readonly provider: Child;
  /** A provider with a constant, immediate answer, and streams. */
  readonly stub: Child;
  readonly bareProxy: { readonly toProvider: Child; readonly toStub: Child };
  readonly cacheRoute: Child;
  readonly router: Child;
  readonly gateway: { readonly toRouter: Child; readonly toStub: Child };
  readonly portkey: Child | undefined;
}

/** Starts the platform; `cleanup` stops it. */
export async function startPlatform(
  options: PlatformOptions,
  cleanup: AsyncDisposableStack,
): Promise<Platform> {
  const { say, flags = {} } = options;
  const folder = join(projectCache(), 'bench');
  const logs = join(folder, 'logs');
  await mkdir(logs, { recursive: true });
  say('Building the router and the gateway …');
  for (const service of ['llm-router', 'gateway'] as const) await buildService(service);
  say('Starting PostgreSQL, Redis and everything else …');
  const [servers, identities] = await Promise.all([
    startServers(join(folder, 'servers'), cleanup),
    createIdentities(),
  ]);
  const start = createStarter(logs, cleanup);
  const own = (name: string, script: string, more: Pick<Program, 'environment'> = {}, ...args: string[]) =>
    start({ name, args: [...ownScript(script), ...args], ...more });

  const provider = await own('provider', 'servers/provider');
  const stub = await own('stub-provider', 'servers/stub-provider');
  const bareProxy = {
    toProvider: await own('bare-proxy', 'servers/bare-proxy', {}, provider.url),
    toStub: await own('bare-proxy-to-stub', 'servers/bare-proxy', {}, stub.url),
  };
  const environment = { REDIS_URL: servers.redisUrl, INTERNAL_PUBLIC_KEYS: identities.publicKeys };
  const cacheRoute = await own('cache-route', 'servers/cache-route', { environment });

  const ports = { router: await freePorts(), gateway: await freePorts(), edge: await freePorts() };
  const surroundings = { servers, identities, publicUrl: urlAt(ports.gateway) };
  const providers = { whole: provider.url, streams: stub.url };
  const startAt = async (program: Program, at: Ports): Promise<Child> => ({
    ...(await start(program)),
    url: urlAt(at),
  });
  const router = await startAt(
    routerProgram(surroundings, ports.router, providers, flags.router),
    ports.router,
  );
  const gateway = {
    toRouter: await startAt(
      gatewayProgram('gateway', surroundings, ports.gateway, router.url),
      ports.gateway,
    ),
    toStub: await startAt(
      gatewayProgram('gateway-to-stub', surroundings, ports.edge, stub.url, flags.gateway),
      ports.edge,
    ),
  };
  return {
    servers,
    identities,
    users: await createUsers(gateway.toRouter.url),
    load: await startLoadProcess(start),
    provider,
    stub,
    bareProxy,
    cacheRoute,
    router,
    gateway,
    portkey: options.portkey ? await startPortkey(folder, start, say) : undefined,
  };
}

async function startPortkey(
  folder: string,
  start: (program: Program) => Promise<Child>,
  say: (line: string) => void,
): Promise<Child | undefined> {
  try {
    const port = await freePort();
    const child = await start(portkeyProgram(await installPortkey(folder), port));
    return { ...child, url: `http://127.0.0.1:${port}` };
  } catch (error) {
    say(`Portkey's gateway is skipped, because it cannot be installed or started: ${String(error)}`);
    return undefined;
  }
}

const freePorts = async (): Promise<Ports> => ({ port: await freePort(), internalPort: await freePort() });

const urlAt = ({ port }: Ports) => `http://127.0.0.1:${port}`;

/** Sets the provider's latency in milliseconds. */
export async function setLatency({ provider }: Pick<Platform, 'provider'>, latencyMs: number): Promise<void> {
  const answer = await fetch(`${provider.url}/__simulator/behaviour`, {
    method: 'PUT',
    body: JSON.stringify({ latencyMs }),
  });
  if (!answer.ok) throw new Error(`The simulator refused its latency: ${await answer.text()}`);
}

/** Returns the number of calls that the provider has received, which shows what the cache saved. */
export async function providerCalls({ provider }: Pick<Platform, 'provider'>): Promise<number> {
  const answer = await fetch(`${provider.url}/__simulator/calls`);
  const { totals } = (await answer.json()) as { totals: { calls: number } };
  return totals.calls;
}
