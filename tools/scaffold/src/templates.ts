import type { ServiceNames } from './service-names.ts';

interface NewFile {
  readonly path: string;
  readonly content: string;
}

/** The initial files of a new service: one route, its rule and its test. */
export function newFiles(names: ServiceNames): NewFile[] {
  const { name, snake, timestamp } = names;
  const app = `apps/${name}`;
  const contract = `libs/contracts/${name}`;
  return [
    { path: `${app}/package.json`, content: appManifest(names) },
    { path: `${app}/README.md`, content: readme(names) },
    { path: `${app}/tsconfig.json`, content: tsconfig('../..', ['src', 'test', '*.ts']) },
    { path: `${app}/vitest.config.ts`, content: vitestConfig('../..', `'${name}', { servers: true }`) },
    { path: `${app}/src/main.ts`, content: main(names) },
    { path: `${app}/src/app.ts`, content: application(names) },
    { path: `${app}/src/config.ts`, content: config(names) },
    { path: `${app}/src/hello/routes.ts`, content: helloRoutes(names) },
    { path: `${app}/test/hello.test.ts`, content: helloTest(names) },
    { path: `${contract}/package.json`, content: contractManifest(names) },
    { path: `${contract}/tsconfig.json`, content: tsconfig('../../..', ['src', '*.ts']) },
    { path: `${contract}/vitest.config.ts`, content: vitestConfig('../../..', `'contracts-${name}'`) },
    { path: `${contract}/src/index.ts`, content: contractIndex(names) },
    { path: `${contract}/src/hello.ts`, content: helloContract(names) },
    { path: `supabase/migrations/${timestamp}_add_${snake}_role.sql`, content: migration(names) },
  ];
}

function appManifest({ name }: ServiceNames): string {
  return json({
    name: `@valuecanvas/${name}`,
    version: '0.0.0',
    private: true,
    type: 'module',
    exports: './src/app.ts',
    dependencies: {
      [`@valuecanvas/contracts-${name}`]: '*',
      '@valuecanvas/postgres': '*',
      '@valuecanvas/service-kit': '*',
    },
    devDependencies: { '@valuecanvas/testing': '*' },
    nx: {
      tags: ['type:app', `scope:${name}`],
      targets: { typecheck: {}, lint: {}, test: {}, build: {}, start: {} },
    },
  });
}

function contractManifest({ name }: ServiceNames): string {
  return json({
    name: `@valuecanvas/contracts-${name}`,
    version: '0.0.0',
    private: true,
    type: 'module',
    exports: './src/index.ts',
    dependencies: { '@valuecanvas/contracts-core': '*', typebox: '1.4.3' },
    nx: { tags: ['type:contract', `scope:${name}`], targets: { typecheck: {}, lint: {}, test: {} } },
  });
}

function readme({ name, snake, port, internalPort }: ServiceNames): string {
  return `# ${name}

Say here what the service does.

## Start it alone

    npx nx start ${name}

The service needs \`DATABASE_URL\` (role \`vc_${snake}\`) and \`INTERNAL_PUBLIC_KEYS\`. These and the other variables are
described in [docs/environment.md](../../docs/environment.md). It listens on ${port}, with health and metrics on ${internalPort}.
Without PostgreSQL it is not ready.

## Routes

| route | caller | effect |
|---|---|---|
| GET /api/${name}/hello | user | greets the user |
`;
}

function tsconfig(up: string, include: readonly string[]): string {
  return `{
  "extends": "${up}/tsconfig.base.json",
  "include": ${JSON.stringify(include).replaceAll(',', ', ')}
}
`;
}

function vitestConfig(up: string, settings: string): string {
  return `import { defineProject } from 'vitest/config';
import { projectTests } from '${up}/vitest.shared.ts';

export default defineProject(projectTests(${settings}));
`;
}

function main({ camel }: ServiceNames): string {
  return `import { runService } from '@valuecanvas/service-kit';
import { ${camel}Service } from './app.ts';

await runService(${camel}Service);
`;
}

function application({ name, camel }: ServiceNames): string {
  return `import { ${camel}Contract } from '@valuecanvas/contracts-${name}';
import { openDatabase } from '@valuecanvas/postgres';
import { internalTokenAuthenticator, defineService, implement } from '@valuecanvas/service-kit';
import { ${camel}Variables } from './config.ts';
import type { Database } from './db.ts';
import { helloRoutes } from './hello/routes.ts';

/** Describe what the service does. */
export const ${camel}Service = defineService({
  contract: ${camel}Contract,
  variables: ${camel}Variables,
  async compose(kit) {
    const database = openDatabase<Database>('${name}', kit);
    return {
      authenticate: await internalTokenAuthenticator(${camel}Contract, kit.config.INTERNAL_PUBLIC_KEYS, kit.now),
      probes: { postgres: database.ping },
      routes: implement(${camel}Contract, { ...helloRoutes }),
    };
  },
});
`;
}

function config({ name, camel }: ServiceNames): string {
  return `import { postgresVariables } from '@valuecanvas/postgres';
import { identityVariables, kitVariables } from '@valuecanvas/service-kit';

export const ${camel}Variables = {
  ...kitVariables('${name}'),
  ...identityVariables,
  ...postgresVariables,
};
`;
}

function helloRoutes({ name, camel }: ServiceNames): string {
  return `import type { ${camel}Contract } from '@valuecanvas/contracts-${name}';
import type { HandlersOf } from '@valuecanvas/service-kit';

export const helloRoutes = {
  hello: ({ principal }) => ({ message: \`Hello, \${principal.userId}.\` }),
} satisfies Partial<HandlersOf<typeof ${camel}Contract>>;
`;
}

function helloContract({ name, camel }: ServiceNames): string {
  return `import { data, defineRoute, user } from '@valuecanvas/contracts-core';
import Type from 'typebox';

export const hello = defineRoute({
  id: '${camel}.hello',
  method: 'GET',
  path: '/api/${name}/hello',
  summary: 'Greet the user',
  description: 'Answers with a greeting that names the user.',
  auth: user,
  reply: data(Type.Object({ message: Type.String({ description: 'The greeting.' }) })),
  errors: [],
});
`;
}

function contractIndex({ name, camel }: ServiceNames): string {
  return `import { defineContract } from '@valuecanvas/contracts-core';
import { hello } from './hello.ts';

export { hello } from './hello.ts';

export const ${camel}Contract = defineContract({
  service: '${name}',
  title: '${camel[0]?.toUpperCase()}${name.slice(1).replaceAll('-', ' ')}',
  description: 'Describe the purpose of the routes.',
  prefixes: ['/api/${name}'],
  callers: ['gateway'],
  routes: { hello },
});
`;
}

function helloTest({ name, camel }: ServiceNames): string {
  return `import {
  createTestDatabase,
  createTestIdentities,
  startTestService,
  type TestDatabase,
  type TestService,
  userPrincipal,
} from '@valuecanvas/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ${camel}Service } from '../src/app.ts';

let database: TestDatabase;
let service: TestService;

beforeAll(async () => {
  database = await createTestDatabase();
  service = await startTestService(
    ${camel}Service,
    { DATABASE_URL: database.urlFor('${name}') },
    await createTestIdentities(),
  );
});

afterAll(async () => {
  await service.stop();
  await database.drop();
});

test('a user is greeted by id', async () => {
  const principal = userPrincipal();
  const { status, body } = await service.request('/api/${name}/hello', { as: principal });
  expect(status).toBe(200);
  expect(body.data.message).toBe(\`Hello, \${principal.userId}.\`);
});

test('an anonymous caller is refused', async () => {
  expect((await service.request('/api/${name}/hello')).status).toBe(401);
});
`;
}

function migration({ name, snake, timestamp }: ServiceNames): string {
  const role = `vc_${snake}`;
  return `-- The role of the ${name} service. Later migrations grant it the tables that it owns.
do $migration$
begin
  if to_regclass('vc_private.audit_log') is null then
    raise exception '${timestamp}_add_${snake}_role needs 20241123100000_baseline: apply that first.';
  end if;

  -- Roles belong to the whole cluster: the migration of another database may create this one at the same moment.
  if not exists (select from pg_catalog.pg_roles where rolname = '${role}') then
    begin
      create role ${role} login;
      alter role ${role} set statement_timeout = '15s';
      alter role ${role} set lock_timeout = '5s';
      alter role ${role} set idle_in_transaction_session_timeout = '30s';
      alter role ${role} set search_path = public;
    exception when duplicate_object or unique_violation then
      null;
    end;
  end if;
  -- Every role has these by default, but not on a hardened server.
  if not has_database_privilege('${role}', current_database(), 'connect') then
    execute format('grant connect on database %I to ${role}', current_database());
  end if;
  if not has_schema_privilege('${role}', 'public', 'usage') then
    grant usage on schema public to ${role};
  end if;
  -- Policies name the user by auth.uid().
  if not has_schema_privilege('${role}', 'auth', 'usage') then
    grant usage on schema auth to ${role};
  end if;
  if not has_function_privilege('${role}', 'auth.uid()', 'execute') then
    grant execute on function auth.uid() to ${role};
  end if;
end
$migration$;
`;
}

function json(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}
