import { databaseRole, type ServiceName, variablePrefix } from '@valuecanvas/contracts-core';
import type { Environment } from '@valuecanvas/service-kit';

/** Hosts that only containers of docker-compose.yml can reach. */
const composeHosts = new Set(['postgres', 'redis']);

/** Returns true if a file has the secrets of docker-compose.yml, and no addresses of its own. */
function isForCompose({ POSTGRES_PASSWORD, MIGRATION_DATABASE_URL, DATABASE_URL }: Environment): boolean {
  return Boolean(POSTGRES_PASSWORD && !MIGRATION_DATABASE_URL && !DATABASE_URL);
}

/** Completes the addresses that docker-compose.yml derives from passwords. */
export function completeEnvironment(environment: Environment): Environment {
  if (!isForCompose(environment)) return environment;
  const { POSTGRES_PASSWORD, REDIS_PASSWORD = '' } = environment;
  return {
    ...environment,
    MIGRATION_DATABASE_URL: `postgresql://postgres:${encodeURIComponent(POSTGRES_PASSWORD ?? '')}@postgres:5432/valuecanvas`,
    REDIS_URL: environment.REDIS_URL || `redis://:${encodeURIComponent(REDIS_PASSWORD)}@redis:6379`,
  };
}

/** True for servers of docker-compose.yml, which have no port on the host. */
export function isInsideCompose(url: string): boolean {
  return URL.canParse(url) && composeHosts.has(new URL(url).hostname);
}

/**
 * The environment of one service from a file for all of them: `<SERVICE>_SIGNING_KEY` is its INTERNAL_SIGNING_KEY, and with
 * `<SERVICE>_DB_PASSWORD` its DATABASE_URL is that of the file, or the owner's, with the service's role.
 */
export function serviceEnvironment(service: ServiceName, environment: Environment): Environment {
  const prefix = variablePrefix(service);
  const password = environment[`${prefix}_DB_PASSWORD`];
  const key = environment[`${prefix}_SIGNING_KEY`];
  const server = environment.DATABASE_URL || environment.MIGRATION_DATABASE_URL;
  return {
    ...environment,
    ...(key ? { INTERNAL_SIGNING_KEY: environment.INTERNAL_SIGNING_KEY || key } : {}),
    ...(password && server && URL.canParse(server)
      ? { DATABASE_URL: withLogin(server, databaseRole(service), password) }
      : {}),
  };
}

function withLogin(url: string, user: string, password: string): string {
  const changed = new URL(url);
  changed.username = user;
  changed.password = password;
  return changed.href;
}
