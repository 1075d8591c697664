import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Program } from './child.ts';
import type { Identities } from './identities.ts';
import { projectRoot } from './own-script.ts';
import type { Servers } from './servers.ts';

/** Limits high enough for all load; each is still checked and counted. */
const enough = 1_000_000_000;
const enoughDollars = 1_000_000;

export const tier = {
  requestsPerHour: enough,
  requestsPerMinute: enough,
  tokensPerHour: enough * 1_000,
  tokensPerMinute: enough * 1_000,
  budgetPerDay: enoughDollars,
  budgetPerMonth: enoughDollars,
};

/** Addresses and keys that the services need. */
export interface Surroundings {
  readonly servers: Servers;
  readonly identities: Identities;
  /** Base URL of a service that is not running yet. */
  readonly publicUrl: string;
}

export interface Ports {
  readonly port: number;
  readonly internalPort: number;
}

/** Bundles a service as an image does. */
export async function buildService(service: 'gateway' | 'llm-router'): Promise<void> {
  const script = join(projectRoot, 'tools/build/src/main.ts');
  await promisify(execFile)(process.execPath, [script, service], { cwd: projectRoot });
}

/** Starts the router with both kinds of provider. `flags` are Node's. */
export function routerProgram(
  { servers, identities }: Surroundings,
  ports: Ports,
  providers: { readonly whole: string; readonly streams: string },
  flags: readonly string[] = [],
): Program {
  return {
    name: 'router',
    ...bundle('llm-router', flags),
    ...listening(ports),
    environment: {
      ...imageOf('llm-router').environment,
      ...environment(ports, servers.databaseUrl('llm-router'), servers),
      INTERNAL_PUBLIC_KEYS: identities.publicKeys,
      INTERNAL_SIGNING_KEY: identities.signingKeys.router,
      TOGETHER_API_KEY: 'bench',
      TOGETHER_BASE_URL: `${providers.whole}/v1`,
      OPENAI_API_KEY: 'bench',
      OPENAI_BASE_URL: `${providers.streams}/v1`,
      LLM_TIERS: JSON.stringify({ free: tier }),
      PLATFORM_BUDGET_PER_DAY: String(enoughDollars),
    },
  };
}

/** Starts a gateway in front of a router or its stand-in. `flags` are Node's. */
export function gatewayProgram(
  name: string,
  { servers, identities, publicUrl }: Surroundings,
  ports: Ports,
  router: string,
  flags: readonly string[] = [],
): Program {
  return {
    name,
    ...bundle('gateway', flags),
    ...listening(ports),
    environment: {
      ...imageOf('gateway').environment,
      ...environment(ports, servers.databaseUrl('gateway'), servers),
      INTERNAL_SIGNING_KEY: identities.signingKeys.gateway,
      AUTH_SIGNING_KEYS: identities.authSigningKeys,
      PUBLIC_URL: publicUrl,
      RATE_LIMIT_PER_MINUTE: String(enough),
      ANONYMOUS_RATE_LIMIT_PER_MINUTE: String(enough),
      AUTH_RATE_LIMIT_PER_MINUTE: String(enough),
      LLM_ROUTER_URL: router,
    },
  };
}

/** Starts the feature-flags service. */
export function flagsProgram({ servers, identities }: Surroundings, ports: Ports): Program {
  return {
    name: 'feature-flags',
    ...bundle('feature-flags', []),
    ...listening(ports),
    environment: {
      ...imageOf('feature-flags').environment,
      ...environment(ports, servers.databaseUrl('feature-flags'), servers),
      INTERNAL_SIGNING_KEY: identities.signingKeys.flags,
      INTERNAL_PUBLIC_KEYS: identities.publicKeys,
    },
  };
}

function bundle(service: string, flags: readonly string[]): Pick<Program, 'folder' | 'args'> {
  return { folder: join(projectRoot, 'dist', service), args: [...flags, ...imageOf(service).args] };
}

/** Reads the start command from the service's Dockerfile. Throws if it has none. */
function imageOf(service: string) {
  const dockerfile = readFileSync(join(projectRoot, 'apps', service, 'Dockerfile'), 'utf8');
  const command = /^CMD (\["node",.*\])$/m.exec(dockerfile)?.[1];
  if (command === undefined) throw new Error(`The Dockerfile of ${service} has no CMD ["node", …].`);
  const settings = [...dockerfile.matchAll(/^ENV (.*)$/gm)].flatMap(([, line = '']) => line.split(' '));
  const fixed = settings.filter((setting) => !setting.includes('$'));
  return {
    args: (JSON.parse(command) as string[]).slice(1),
    environment: Object.fromEntries(
      fixed.map((setting) => [
        setting.slice(0, setting.indexOf('=')),
        setting.slice(setting.indexOf('=') + 1),
      ]),
    ),
  };
}

const listening = ({ internalPort }: Ports) => ({
  readyUrl: `http://127.0.0.1:${internalPort}/health/ready`,
});

function environment({ port, internalPort }: Ports, databaseUrl: string, { redisUrl }: Servers) {
  return {
    HOST: '127.0.0.1',
    PORT: String(port),
    INTERNAL_PORT: String(internalPort),
    DATABASE_URL: databaseUrl,
    REDIS_URL: redisUrl,
    LOG_LEVEL: 'info',
    SHUTDOWN_DRAIN_MS: '0',
  };
}
