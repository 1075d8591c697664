import { describe, expect, test } from 'vitest';
import { lintAs, lintTypedAs } from './lint-as.ts';

const boundaries = '@nx/enforce-module-boundaries onlyTagsConstraintViolation';
const crossing = '@nx/enforce-module-boundaries noRelativeOrAbsoluteImportsAcrossLibraries';
const externals = '@nx/enforce-module-boundaries bannedExternalImportsViolation';
const circle = '@nx/enforce-module-boundaries noCircularDependencies';
const packages = '@typescript-eslint/no-restricted-imports';
const properties = 'no-restricted-properties';
const sleep = 'no-restricted-syntax';

const imports = (name: string): string => `import '${name}';\n`;

/** Code that each rule must report: description, file, code, rule. */
const caught: [what: string, file: string, code: string, rule: string][] = [
  ['an app that imports an app', 'apps/canvas/src/app.ts', imports('@valuecanvas/llm-router'), boundaries],
  [
    'an app that imports the testing library in its sources',
    'apps/canvas/src/app.ts',
    imports('@valuecanvas/testing'),
    boundaries,
  ],
  ['an app that imports a tool', 'apps/canvas/src/app.ts', imports('@valuecanvas/database'), boundaries],
  [
    'a file of another project by its path',
    'apps/canvas/src/app.ts',
    imports('../../../libs/redis/src/keys.ts'),
    crossing,
  ],
  ['infra that imports the kit', 'libs/redis/src/keys.ts', imports('@valuecanvas/service-kit'), boundaries],
  ['infra that imports a client', 'libs/redis/src/keys.ts', imports('@valuecanvas/http-client'), boundaries],
  [
    'the kit that imports a client',
    'libs/service-kit/src/index.ts',
    imports('@valuecanvas/http-client'),
    boundaries,
  ],
  [
    'a client that imports the kit',
    'libs/flags-sdk/src/index.ts',
    imports('@valuecanvas/service-kit'),
    boundaries,
  ],
  [
    'a contract that imports infra',
    'libs/contracts/canvas/src/index.ts',
    imports('@valuecanvas/redis'),
    boundaries,
  ],
  ['a contract that imports kysely', 'libs/contracts/canvas/src/index.ts', imports('kysely'), externals],
  [
    'a util that imports a tool',
    'libs/identity/src/index.ts',
    imports('@valuecanvas/llm-simulator'),
    boundaries,
  ],
  [
    'a shared library that imports from a library of one owner',
    'libs/redis/src/keys.ts',
    imports('@valuecanvas/contracts-canvas'),
    boundaries,
  ],
  [
    'the testing library that imports an app',
    'libs/testing/src/index.ts',
    imports('@valuecanvas/canvas'),
    circle,
  ],
  ['bullmq outside the queue', 'apps/job-worker/src/app.ts', imports('bullmq'), packages],
  ['ioredis outside the redis library', 'apps/canvas/src/app.ts', imports('ioredis'), packages],
  ['a type of ioredis', 'libs/queue/src/connection.ts', "import type { Redis } from 'ioredis';\n", packages],
  ['fastify in an app', 'apps/canvas/src/app.ts', imports('fastify'), packages],
  [
    'a server created by the gateway',
    'apps/gateway/src/app.ts',
    "import Fastify from 'fastify';\n",
    packages,
  ],
  ['the process as a module', 'apps/canvas/src/app.ts', imports('node:process'), packages],
  [
    'the environment read by a service',
    'apps/canvas/src/config.ts',
    'export const port = process.env.PORT;\n',
    properties,
  ],
  ['a destructured environment', 'libs/redis/src/keys.ts', 'export const { env } = process;\n', properties],
  ['a service that ends its process', 'apps/canvas/src/app.ts', 'process.exit(1);\n', properties],
  [
    'a service that listens to signals',
    'apps/canvas/src/app.ts',
    "process.on('SIGTERM', () => undefined);\n",
    properties,
  ],
  [
    'a service that listens on a port',
    'apps/canvas/src/app.ts',
    "import { createServer } from 'node:http';\ncreateServer().listen(0);\n",
    properties,
  ],
  [
    'a module mock',
    'libs/postgres/src/transactions.test.ts',
    "import { vi } from 'vitest';\nvi.mock('./keys.ts');\n",
    properties,
  ],
  [
    'a sleep in a test',
    'tools/guards/test/lint.test.ts',
    'await new Promise((resolve) => setTimeout(resolve, 100));\n',
    sleep,
  ],
  [
    'a sleep from node:timers/promises in a test',
    'tools/guards/test/lint.test.ts',
    "import { setTimeout as wait } from 'node:timers/promises';\nawait wait(100);\n",
    sleep,
  ],
];

/** Code that type-aware rules must report. All of it is in one project, which is loaded once. */
const caughtByTypes: typeof caught = [
  [
    'a floating promise',
    'libs/redis/src/keys.ts',
    'export function start(): void {\n  Promise.resolve(1);\n}\n',
    '@typescript-eslint/no-floating-promises',
  ],
  [
    'a promise passed where no caller awaits it',
    'libs/redis/src/keys.ts',
    '[1].forEach(async () => {\n  await Promise.resolve();\n});\n',
    '@typescript-eslint/no-misused-promises',
  ],
  [
    'an await of a value that is not a promise',
    'libs/redis/src/keys.ts',
    'export async function start(): Promise<number> {\n  return (await 1) + 1;\n}\n',
    '@typescript-eslint/await-thenable',
  ],
  [
    'a switch that forgets a case',
    'libs/redis/src/keys.ts',
    "export function name(of: 'a' | 'b'): string {\n  switch (of) {\n    case 'a':\n      return 'first';\n  }\n  return '';\n}\n",
    '@typescript-eslint/switch-exhaustiveness-check',
  ],
];

/** Similar code that must stay allowed. */
const allowed: [what: string, file: string, code: string][] = [
  ['an app that imports its libraries', 'apps/canvas/src/app.ts', imports('@valuecanvas/postgres')],
  [
    "an app that imports another owner's contract",
    'apps/canvas/src/app.ts',
    imports('@valuecanvas/contracts-llm-router'),
  ],
  [
    "an app that imports another owner's client",
    'apps/canvas/src/app.ts',
    imports('@valuecanvas/prompts-sdk'),
  ],
  [
    'a test that imports the testing library',
    'libs/queue/src/start-worker-host.test.ts',
    imports('@valuecanvas/testing'),
  ],
  [
    'a test that imports a tool',
    'libs/postgres/src/transactions.test.ts',
    imports('@valuecanvas/llm-simulator'),
  ],
  ['a tool that imports a contract', 'tools/guards/src/root.ts', imports('@valuecanvas/contracts-canvas')],
  [
    "fastify's types in the gateway",
    'apps/gateway/src/app.ts',
    "import type { FastifyInstance } from 'fastify';\nexport type App = FastifyInstance;\n",
  ],
  [
    'a command that reads its environment',
    'apps/gateway/src/commands/user-grant.ts',
    'console.log(process.env.HOME);\n',
  ],
];

describe('the linter of the repository', () => {
  test.each(caught)('catches %s', async (_what, file, code, rule) => {
    expect(await lintAs(file, code)).toContainEqual(expect.stringContaining(rule));
  });

  test.each(caughtByTypes)('catches %s', async (_what, file, code, rule) => {
    expect(await lintTypedAs(file, code)).toContainEqual(expect.stringContaining(rule));
  });

  test.each(allowed)('allows %s', async (_what, file, code) => {
    expect(await lintAs(file, code)).toEqual([]);
  });
});
