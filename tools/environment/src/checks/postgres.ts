import { databaseRole, variablePrefix } from '@valuecanvas/contracts-core';
import { newestMigration, withClient } from '@valuecanvas/database';
import { type Check, Finding } from '../check.ts';
import { type Configuration, textOf } from '../configurations.ts';
import { isInsideCompose } from '../service-environment.ts';

const oldestMajor = 13;

const unreachable = 'Check host, port, TLS (?sslmode=verify-full), firewall, user and password of the URL.';

/** Checks of the owner's connection, and of each service's role. */
export function postgresChecks(
  configurations: readonly Configuration[],
  ownerUrl: string | undefined,
): Check[] {
  const roles = configurations.flatMap((configuration) => {
    const url = textOf(configuration, 'DATABASE_URL');
    return url === undefined ? [] : [roleCheck(configuration, url)];
  });
  return [...(ownerUrl ? [ownerCheck(ownerUrl, configurations)] : [noOwner]), ...roles];
}

const noOwner: Check = {
  what: 'PostgreSQL as owner',
  todo: '',
  async run() {
    throw new Finding(
      'skipped',
      'MIGRATION_DATABASE_URL is not set.',
      'Set it where npm run db:migrate and db:backup run.',
    );
  },
};

function ownerCheck(url: string, configurations: readonly Configuration[]): Check {
  return {
    what: 'PostgreSQL as owner',
    todo: unreachable,
    async run() {
      skipInsideCompose(url);
      return withClient(url, async (client) => {
        const { rows } = await client.query<OwnerRow>(
          `select current_setting('server_version_num')::integer as version,
             current_setting('max_connections')::integer as connections,
             rolsuper or rolcreaterole as "mayCreateRoles",
             has_database_privilege(current_database(), 'create') as "mayCreateSchemas"
           from pg_roles where rolname = current_user`,
        );
        const [row] = rows;
        if (!row) throw new Error('PostgreSQL returned no row.');
        return describeOwner(row, connectionsOf(configurations));
      });
    },
  };
}

interface OwnerRow {
  readonly version: number;
  readonly connections: number;
  readonly mayCreateRoles: boolean;
  readonly mayCreateSchemas: boolean;
}

function describeOwner({ version, connections, mayCreateRoles, mayCreateSchemas }: OwnerRow, needed: number) {
  const major = Math.floor(version / 10_000);
  if (major < oldestMajor)
    throw new Finding('failed', `PostgreSQL ${major} is too old.`, `Use PostgreSQL ${oldestMajor} or later.`);
  if (!mayCreateRoles || !mayCreateSchemas)
    throw new Finding(
      'failed',
      'The owner may not create roles and schemas.',
      'Use the owner of the database, with CREATEROLE.',
    );
  if (connections < needed)
    throw new Finding(
      'warning',
      `max_connections is ${connections}; one replica of each service can open ${needed}.`,
      'Raise max_connections, lower DATABASE_POOL_SIZE, or use a pooler in session mode.',
    );
  return `PostgreSQL ${major}, max_connections ${connections}`;
}

/** Connections of one replica of each service. */
function connectionsOf(configurations: readonly Configuration[]): number {
  return configurations.reduce((sum, { values }) => sum + Number(values.DATABASE_POOL_SIZE ?? 0), 0);
}

function roleCheck(configuration: Configuration, url: string): Check {
  const { service } = configuration;
  const role = databaseRole(service);
  return {
    what: `PostgreSQL as ${role}`,
    todo: unreachable,
    async run() {
      skipInsideCompose(url);
      const newest = await newestMigration();
      return withClient(url, async (client) => {
        const { rows } = await client.query<{ name: string; tooMighty: boolean; version: boolean }>(
          `select rolname as name, rolsuper or rolbypassrls as "tooMighty",
             to_regprocedure('vc_private.schema_version()') is not null as version
           from pg_roles where rolname = current_user`,
        );
        const [row] = rows;
        if (row?.tooMighty)
          throw new Finding(
            'failed',
            `${row.name} is not bound by row level security.`,
            `Connect as ${role}, which db:migrate creates.`,
          );
        if (row?.name !== role)
          throw new Finding(
            'failed',
            `Connected as ${row?.name}.`,
            `${service} needs the role ${role}. Set ${variablePrefix(service)}_DB_PASSWORD, or DATABASE_URL per service.`,
          );
        const version = row.version ? await schemaVersion(client) : undefined;
        if (version === undefined || version < newest)
          throw new Finding(
            'warning',
            `The schema has version ${version ?? 'none'}, and this release needs ${newest}.`,
            'npm run db:migrate',
          );
        return `connected, schema ${version}`;
      });
    },
  };
}

type Client = Parameters<Parameters<typeof withClient>[1]>[0];

async function schemaVersion(client: Client): Promise<string | undefined> {
  const { rows } = await client.query<{ version: string | null }>(
    'select vc_private.schema_version() as version',
  );
  return rows[0]?.version ?? undefined;
}

function skipInsideCompose(url: string): void {
  if (!isInsideCompose(url)) return;
  throw new Finding('skipped', 'A server of docker-compose.yml.', 'docker compose up --wait checks it.');
}
