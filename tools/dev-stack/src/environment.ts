import {
  passwordVariable,
  type RolePasswords,
  type Service,
  serviceRoles,
  services,
} from '@valuecanvas/database';
import type { PlatformPorts } from './ports.ts';
import { providerVariables } from './providers.ts';
import { publicKeysOf, type Secrets } from './secrets.ts';
import type { Environment } from './settings.ts';

/** All that the services' environments are made of. */
export interface Platform {
  readonly ports: PlatformPorts;
  /** The owner's URL: each service gets it with a role and password of its own. */
  readonly ownerUrl: string;
  readonly rolePasswords: Required<RolePasswords>;
  readonly redisUrl: string;
  readonly secrets: Secrets;
  /** The router's variables that name its providers. */
  readonly providers: Environment;
}

/** All stop together, so it need not be longer than what is on its way from one to another takes. */
const localDrainMs = '250';

/** What one service gets beyond what all get: secrets that no other needs. */
const ownVariables: Partial<Record<Service, (platform: Platform) => Environment>> = {
  gateway: (platform) => ({
    ...signingKey('gateway', platform),
    AUTH_SIGNING_KEYS: JSON.stringify(platform.secrets.authSigningKeys),
  }),
  canvas: (platform) => signingKey('canvas', platform),
  'job-worker': (platform) => signingKey('job-worker', platform),
  'llm-router': (platform) => ({ ...signingKey('llm-router', platform), ...platform.providers }),
};

/** Names that a service must not inherit: the owner's access, secrets of others, and what is set for each alone. */
const withheld = new Set<string>([
  'MIGRATION_DATABASE_URL',
  'INTERNAL_SIGNING_KEY',
  'AUTH_SIGNING_KEYS',
  ...providerVariables,
  ...services.map(passwordVariable),
]);

/**
 * The whole environment of one service. What the caller's holds (LLM_TIMEOUT, LOG_LEVEL, SENTRY_DSN, …) passes
 * through; addresses and secrets are this platform's.
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
    // Not HOST of the caller: some shells export the machine's name there.
    HOST: '127.0.0.1',
    PORT: String(port),
    INTERNAL_PORT: String(internalPort),
    DATABASE_URL: databaseUrl(service, platform),
    REDIS_URL: platform.redisUrl,
    INTERNAL_PUBLIC_KEYS: publicKeysOf(platform.secrets),
    ...addresses(platform.ports),
    ...ownVariables[service]?.(platform),
  };
}

function inherited(caller: Environment): Environment {
  const passes = (name: string) => !withheld.has(name) && !name.startsWith('npm_');
  return Object.fromEntries(Object.entries(caller).filter(([name, value]) => value && passes(name)));
}

function signingKey(service: Service, { secrets }: Platform): Environment {
  return { INTERNAL_SIGNING_KEY: secrets.services[service].signingKey };
}

/** <SERVICE>_URL and <SERVICE>_INTERNAL_URL of all services. */
function addresses(ports: PlatformPorts): Environment {
  const pairs = services.flatMap((service) => {
    const name = service.toUpperCase().replaceAll('-', '_');
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
