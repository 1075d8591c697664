import { join } from 'node:path';
import type { Service } from '@valuecanvas/database';
import { createSigningKey } from '@valuecanvas/identity';
import { freePort } from '@valuecanvas/local-servers';
import type { Child, Program } from '../platform/child.ts';
import { projectRoot } from '../platform/own-script.ts';
import type { Servers } from '../platform/servers.ts';
import { tier } from '../platform/services.ts';

/** Services that make and store canvases, in the order of their start, and all services, which sign tokens. */
const behindWorker = ['prompt-registry', 'feature-flags', 'llm-router', 'canvas'] as const;
const signers = [...behindWorker, 'job-worker'] as const;

/** Everything that a worker needs, and a function that starts one. */
export interface WorkerPlatform {
  /** Starts another worker. It is ready when the promise resolves. */
  startWorker(): Promise<Child>;
}

/** Starts the services behind a worker from their sources. `providerUrl` is the provider of the router. */
export async function startWorkerPlatform(
  start: (program: Program) => Promise<Child>,
  servers: Servers,
  providerUrl: string,
): Promise<WorkerPlatform> {
  const keys = await createKeys();
  const urls: Partial<Record<Service, string>> = {};
  const variables = (): Record<string, string> => ({
    ...Object.fromEntries(
      Object.entries(urls).map(([name, url]) => [`${name.replace('-', '_').toUpperCase()}_URL`, url]),
    ),
    INTERNAL_PUBLIC_KEYS: keys.publicKeys,
  });

  const startService = async (service: Service, own: Readonly<Record<string, string>> = {}) => {
    const [port, internalPort] = [await freePort(), await freePort()];
    const child = await start({
      name: service,
      folder: join(projectRoot, 'apps', service),
      args: ['--import', '@valuecanvas/service-kit/register', 'src/main.ts'],
      readyUrl: `http://127.0.0.1:${internalPort}/health/ready`,
      environment: {
        ...variables(),
        NODE_COMPILE_CACHE: join(projectRoot, '.cache', 'compiled'),
        HOST: '127.0.0.1',
        PORT: String(port),
        INTERNAL_PORT: String(internalPort),
        DATABASE_URL: servers.databaseUrl(service),
        REDIS_URL: servers.redisUrl,
        SHUTDOWN_DRAIN_MS: '0',
        ...(keys.signing[service] === undefined ? {} : { INTERNAL_SIGNING_KEY: keys.signing[service] }),
        ...own,
      },
    });
    urls[service] = `http://127.0.0.1:${port}`;
    return child;
  };

  const router = {
    OPENAI_API_KEY: 'bench',
    OPENAI_BASE_URL: `${providerUrl}/v1`,
    LLM_TIERS: JSON.stringify({ free: tier }),
  };
  for (const service of behindWorker) await startService(service, service === 'llm-router' ? router : {});
  return {
    startWorker: () =>
      startService('job-worker', {
        QUEUE_LOCK_MS: '1000',
        QUEUE_SWEEP_MS: '500',
        QUEUE_RATE_LIMIT: '100000',
      }),
  };
}

async function createKeys() {
  const keys = await Promise.all(signers.map(async (name) => [name, await createSigningKey()] as const));
  const signing: Partial<Record<Service, string>> = Object.fromEntries(
    keys.map(([name, { signingKey }]) => [name, signingKey]),
  );
  return {
    signing,
    publicKeys: JSON.stringify(Object.fromEntries(keys.map(([name, { publicKey }]) => [name, publicKey]))),
  };
}
