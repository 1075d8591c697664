import { serviceTable, variablePrefix } from '@valuecanvas/contracts-core';
import {
  passwordVariable,
  type RolePasswords,
  type Service,
  serviceRoles,
  services,
} from '@valuecanvas/database';
import type { DemoAccount } from './demo-accounts.ts';
import type { PlatformPorts } from './ports.ts';
import { providerVariables } from './providers.ts';
import { publicKeysOf, type Secrets } from './secrets.ts';
import type { Environment } from './settings.ts';

/** Ports, addresses and secrets that the environments of services derive from. */
export interface Platform {
  readonly ports: PlatformPorts;
  /** The owner's URL. Each service gets it with its own role and password. */
  readonly ownerUrl: string;
  readonly rolePasswords: Required<RolePasswords>;
  readonly redisUrl: string;
  readonly secrets: Secrets;
  /** The router's variables that name its providers. */
  readonly providers: Environment;
  /** Folder of the built page. */
  readonly pages: string;
  /** True if a simulator replaces the language models. */
  readonly simulated: boolean;
  /** Accounts that the page offers. Empty if the database is not on this machine. */
  readonly demoAccounts: readonly DemoAccount[];
}

/** Short, because all services stop together: only requests between them may still arrive. */
const localDrainMs = '250';

/** Secrets of single services, except their signing keys. */
const ownVariables: Partial<Record<Service, (platform: Platform) => Environment>> = {
  gateway: ({ secrets, pages, simulated, demoAccounts }) => ({
    AUTH_SIGNING_KEYS: JSON.stringify(secrets.authSigningKeys),
    PAGES_DIR: pages,
    ANSWERS_SIMULATED: String(simulated),
    ...(demoAccounts.length > 0 ? { DEMO_ACCOUNTS: JSON.stringify(demoAccounts.map(publicFields)) } : {}),
  }),
  'llm-router': ({ providers }) => providers,
};

/**
 * Variables that a service must not inherit: the owner's access, secrets of other services, its own signing key, and the address
 * of another simulator.
 */
const withheld = new Set<string>([
  'MIGRATION_DATABASE_URL',
  'INTERNAL_SIGNING_KEY',
  'AUTH_SIGNING_KEYS',
  // The simulator of Compose, in a .env that both read.
  'LLM_SIMULATOR_URL',
  ...providerVariables,
  ...services.map(passwordVariable),
]);

/**
 * Builds the whole environment of one service. Variables of the caller (LLM_TIMEOUT, LOG_LEVEL, SENTRY_DSN, …) pass
 * through. Addresses and secrets are this platform's.
 */
export function serviceEnvironment(service: Service, platform: Platform, caller: Environment): Environment {
  const { port, internalPort } = platform.ports[service];
  const publicUrl = `http://localhost:${platform.ports.gateway.port}`;
  return {
    PUBLIC_URL: publicUrl,
    UPGRADE_URL: `${publicUrl}/upgrade`,
    SHUTDOWN_DRAIN_MS: localDrainMs,
    LOG_ERROR_MESSAGES: 'true',
    ...inherited(caller),
    // The caller's HOST is ignored, because some shells set it to the machine's name.
    HOST: '127.0.0.1',
    PORT: String(port),
    INTERNAL_PORT: String(internalPort),
    DATABASE_URL: databaseUrl(service, platform),
    REDIS_URL: platform.redisUrl,
    INTERNAL_PUBLIC_KEYS: publicKeysOf(platform.secrets),
    ...addresses(platform.ports),
    ...(serviceTable[service].signs ? signingKey(service, platform) : {}),
    ...ownVariables[service]?.(platform),
  };
}

function publicFields({ email, password, tier, role }: DemoAccount) {
  return { email, password, tier, role };
}

/** Returns the variables of the caller that every service may have. */
export function inherited(caller: Environment): Environment {
  const passes = (name: string) => !withheld.has(name) && !name.startsWith('npm_');
  return Object.fromEntries(Object.entries(caller).filter(([name, value]) => value && passes(name)));
}

function signingKey(service: Service, { secrets }: Platform): Environment {
  return { INTERNAL_SIGNING_KEY: secrets.services[service].signingKey };
}

/** <SERVICE>_URL and <SERVICE>_INTERNAL_URL of all services. */
function addresses(ports: PlatformPorts): Environment {
  const pairs = services.flatMap((service) => {
    const name = variablePrefix(service);
    return [
      [`${name}_URL`, `http://127.0.0.1:${ports[service].port}`],
      [`${name}_INTERNAL_URL`, `http://127.0.0.1:${ports[service].internalPort}`],
    ];
  });
  return Object.fromEntries(pairs);
}

function databaseUrl(service: Service, { ownerUrl, rolePasswords }: Platform): string {
  const role = serviceRoles[service];
  const url = new URL(ownerUrl);
  url.username = role;
  url.password = encodeURIComponent(rolePasswords[role]);
  return url.href;
}
