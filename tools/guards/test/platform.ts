import { type ChildProcess, spawn } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { type ServiceName, serviceNames, variablePrefix } from '@valuecanvas/contracts-core';
import { freePort } from '@valuecanvas/local-servers';
import {
  compileCache,
  createTestDatabase,
  createTestIdentities,
  createTestRedis,
} from '@valuecanvas/testing';

interface RunningProcess {
  readonly child: ChildProcess;
  /** Resolves when the service serves requests. Rejects if it ends first. */
  readonly started: Promise<void>;
  /** All of stdout and stderr. */
  readonly printed: () => string;
}

/** Addresses under which the services reach PostgreSQL and Redis, such as those of proxies. */
interface Routes {
  readonly postgres?: (url: string) => Promise<string>;
  readonly redis?: (url: string) => Promise<string>;
}

/**
 * Starts all services as processes with their own database and key space. `variables` precede the others. The log
 * level must include `info`, at which services report their start.
 */
export async function startPlatform(
  variables: Readonly<Record<string, string>>,
  { postgres = async (url) => url, redis: toRedis = async (url) => url }: Routes = {},
) {
  await using cleanup = new AsyncDisposableStack();
  const [database, identities] = await Promise.all([createTestDatabase(), createTestIdentities()]);
  const redis = createTestRedis();
  cleanup.defer(() => database.drop());
  cleanup.defer(() => redis.stop());

  const ports = new Map<ServiceName, { readonly port: number; readonly internal: number }>();
  for (const service of serviceNames)
    ports.set(service, { port: await freePort(), internal: await freePort() });
  const urlOf = (service: ServiceName) => `http://127.0.0.1:${ports.get(service)?.port}`;
  const internalUrlOf = (service: ServiceName) => `http://127.0.0.1:${ports.get(service)?.internal}`;
  const shared = {
    ...Object.fromEntries(serviceNames.map((name) => [`${variablePrefix(name)}_URL`, urlOf(name)])),
    ...Object.fromEntries(
      serviceNames.map((name) => [`${variablePrefix(name)}_INTERNAL_URL`, internalUrlOf(name)]),
    ),
    PATH: process.env.PATH,
    ...compileCache(),
    HOST: '127.0.0.1',
    SHUTDOWN_DRAIN_MS: '0',
    REDIS_URL: await toRedis(redis.url),
    REDIS_KEY_PREFIX: redis.prefix,
    INTERNAL_PUBLIC_KEYS: identities.publicKeys,
    AUTH_SIGNING_KEYS: authSigningKeys(),
    TRUST_PROXY: 'loopback',
    RATE_LIMIT_PER_MINUTE: '100000',
    ANONYMOUS_RATE_LIMIT_PER_MINUTE: '100000',
    AUTH_RATE_LIMIT_PER_MINUTE: '100000',
    ...variables,
  };
  const databaseUrls = new Map<ServiceName, string>();
  for (const service of serviceNames) databaseUrls.set(service, await postgres(database.urlFor(service)));
  const processes = serviceNames.map((service) => {
    const running = startProcess(service, {
      ...shared,
      PORT: String(ports.get(service)?.port),
      INTERNAL_PORT: String(ports.get(service)?.internal),
      DATABASE_URL: databaseUrls.get(service),
      INTERNAL_SIGNING_KEY: identities.signingKey(service),
    });
    cleanup.defer(() => end(running.child, 'SIGKILL'));
    return running;
  });
  await Promise.all(processes.map(({ started }) => started));
  const owned = cleanup.move();
  return {
    database,
    redis,
    identities,
    urlOf,
    internalUrlOf,
    /** Host and port of each service's metrics. */
    metricsTargets: Object.fromEntries(
      serviceNames.map((service) => [service, new URL(internalUrlOf(service)).host]),
    ),
    async metrics() {
      const pages = serviceNames.map(async (service) =>
        (await fetch(`${internalUrlOf(service)}/metrics`)).text(),
      );
      return (await Promise.all(pages)).join('\n');
    },
    /** Stops all services gracefully, so that they flush their telemetry. */
    async stop() {
      await Promise.all(processes.map(({ child }) => end(child, 'SIGTERM')));
    },
    logs: () => processes.map(({ printed }) => printed()).join('\n'),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

function authSigningKeys(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return JSON.stringify([{ ...privateKey.export({ format: 'jwk' }), kid: 'test', alg: 'ES256' }]);
}

/** The channel between parent and child ends the child if this process dies. */
function startProcess(service: ServiceName, env: NodeJS.ProcessEnv): RunningProcess {
  const flags = ['--import', '@valuecanvas/service-kit/register'];
  const cwd = fileURLToPath(new URL(`../../../apps/${service}`, import.meta.url));
  const child = spawn(process.execPath, [...flags, 'src/main.ts'], {
    cwd,
    env,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let printed = '';
  const started = new Promise<void>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        printed += text;
        if (printed.includes('"message":"started"')) resolve();
      });
    }
    child.once('exit', () => reject(new Error(`${service} did not start:\n${printed}`)));
  });
  return { child, started, printed: () => printed };
}

async function end(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'close');
  child.kill(signal);
  await ended;
}
