import { createProjectGraphAsync } from '@nx/devkit';
import nx from '@nx/eslint-plugin';
import tseslint from 'typescript-eslint';
import { serviceNames } from './libs/contracts/core/src/services.ts';

// Rules that Biome does not have: boundaries between projects, type-aware rules, and what each folder may use.

// Without a cached graph, the boundary rule would only print a line and report nothing.
await createProjectGraphAsync({ exitOnError: true });

const tests = ['**/*.test.ts', '**/test/**/*.ts', '**/test-support/**/*.ts'];

/** Project types that a project of each type may depend on. */
const dependencies = {
  app: ['kit', 'client', 'contract', 'infra', 'util'],
  kit: ['infra', 'contract', 'util'],
  client: ['client', 'contract', 'infra', 'util'],
  infra: ['infra', 'contract', 'util'],
  contract: ['contract', 'util'],
  util: ['util', 'contract'],
  testing: ['kit', 'client', 'infra', 'contract', 'util', 'testing', 'tool'],
  tool: ['app', 'kit', 'client', 'infra', 'contract', 'util', 'testing', 'tool'],
  // In a browser: contracts give types alone, see browserPackageRule.
  browser: ['browser', 'contract'],
  page: ['browser', 'contract'],
};

const typed = (types) => types.map((type) => `type:${type}`);

/** A contract is read by clients: nothing but schemas is in it. */
const contractPackages = ['typebox', 'typebox/*'];

function typeConstraint(type, allowed, packages) {
  return {
    sourceTag: `type:${type}`,
    onlyDependOnLibsWithTags: typed([...new Set(allowed)]),
    ...(type === 'contract' ? { allowedExternalImports: packages } : {}),
  };
}

/** Shared projects must not depend on projects of one owner. Tools may. */
function sharedConstraint(type, extra) {
  return {
    allSourceTags: [`type:${type}`, 'scope:shared'],
    onlyDependOnLibsWithTags: ['scope:shared', ...typed(extra)],
  };
}

function ownerConstraint(owner) {
  return {
    sourceTag: `scope:${owner}`,
    onlyDependOnLibsWithTags: [`scope:${owner}`, 'scope:shared', 'type:contract', 'type:client'],
  };
}

/** `extra`: types that every project may depend on besides; `packages`: what contracts may import from npm. */
function boundaries({ extra = [], packages = contractPackages } = {}) {
  const types = Object.entries(dependencies);
  // The client for browsers has the routes of all owners.
  const shared = types.filter(([type]) => type !== 'tool' && type !== 'browser');
  return [
    'error',
    {
      enforceBuildableLibDependency: false,
      depConstraints: [
        ...types.map(([type, allowed]) => typeConstraint(type, [...allowed, ...extra], packages)),
        ...shared.map(([type]) => sharedConstraint(type, extra)),
        ...[...serviceNames, 'web'].map(ownerConstraint),
      ],
    },
  ];
}

/** Packages with one home each: everybody else goes through the library that stands there. */
const homes = {
  bullmq: 'libs/queue is the only user of BullMQ: use @valuecanvas/queue.',
  ioredis: 'Clients of Redis come from @valuecanvas/redis.',
  fastify: 'Only libs/service-kit makes servers: describe a service and run it with runService.',
};

/** `typesOnly`: packages whose types may be imported, but no values. */
function packageRule({ except = [], typesOnly = [] } = {}) {
  const paths = Object.entries(homes)
    .filter(([name]) => !except.includes(name))
    .map(([name, message]) => ({ name, message, allowTypeImports: typesOnly.includes(name) }));
  return ['error', { paths: [...paths, processImport] }];
}

const contractsOf = ['core', ...serviceNames].map((owner) => `@valuecanvas/contracts-${owner}`);

/** A browser must not load TypeBox, so that contracts are types there. Routes come from the generated table. */
const browserPackageRule = [
  'error',
  {
    paths: [
      ...contractsOf.map((name) => ({
        name,
        message:
          'TypeBox is too large for a browser: use `import type`, and the table of libs/web-client for routes.',
        allowTypeImports: true,
      })),
      { name: 'typebox', message: 'TypeBox is too large for a browser.' },
    ],
  },
];

const processImport = {
  name: 'node:process',
  message: 'Use the global process, so that the rules about it apply.',
};

const properties = {
  environment: {
    object: 'process',
    property: 'env',
    message:
      "Configuration is parsed once, by service-kit: take it as an argument (the service's src/config.ts).",
  },
  exit: { object: 'process', property: 'exit', message: 'Only service-kit ends a process: throw instead.' },
  signals: {
    object: 'process',
    property: 'on',
    message: 'Stop with lifecycle.onStop; service-kit listens to signals.',
  },
  signalsOnce: {
    object: 'process',
    property: 'once',
    message: 'Stop with lifecycle.onStop; service-kit listens to signals.',
  },
  listen: { property: 'listen', message: 'Only service-kit listens: run the service with runService.' },
  mock: { object: 'vi', property: 'mock', message: 'No module mocks: pass the collaborator as an argument.' },
  doMock: {
    object: 'vi',
    property: 'doMock',
    message: 'No module mocks: pass the collaborator as an argument.',
  },
};

function propertyRule(...allowed) {
  const banned = Object.entries(properties).filter(([name]) => !allowed.includes(name));
  return ['error', ...banned.map(([, restriction]) => restriction)];
}

const noAccessor =
  'An object literal with an accessor gets a hidden class of its own, which the old generation keeps, with all that the ' +
  'accessor sees: make it a method, or a class.';

const noSleep = 'Tests do not sleep: wait for what you mean with eventually() of @valuecanvas/testing.';

export default tseslint.config(
  { ignores: ['**/dist/', '**/node_modules/', '.cache/', '.nx/', '.dev/'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    files: ['**/*.ts', '**/*.tsx'],
    languageOptions: {
      parser: tseslint.parser,
      parserOptions: {
        project: ['./tsconfig.json', './apps/web/tsconfig.json'],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    plugins: { '@nx': nx, '@typescript-eslint': tseslint.plugin },
    rules: {
      '@nx/enforce-module-boundaries': boundaries(),
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/no-restricted-imports': packageRule(),
      'no-restricted-properties': propertyRule(),
    },
  },
  {
    files: ['apps/web/src/**/*.{ts,tsx}', 'libs/web-client/src/**/*.ts'],
    rules: { '@typescript-eslint/no-restricted-imports': browserPackageRule },
  },
  {
    files: ['libs/queue/**/*.ts'],
    rules: { '@typescript-eslint/no-restricted-imports': packageRule({ except: ['bullmq'] }) },
  },
  {
    files: ['libs/redis/**/*.ts', 'libs/testing/**/*.ts'],
    rules: { '@typescript-eslint/no-restricted-imports': packageRule({ except: ['ioredis'] }) },
  },
  {
    files: ['libs/service-kit/**/*.ts'],
    rules: { '@typescript-eslint/no-restricted-imports': packageRule({ except: ['fastify'] }) },
  },
  {
    files: ['apps/gateway/**/*.ts'],
    rules: { '@typescript-eslint/no-restricted-imports': packageRule({ typesOnly: ['fastify'] }) },
  },
  {
    files: ['libs/service-kit/src/run/**/*.ts'],
    rules: {
      'no-restricted-properties': propertyRule('environment', 'exit', 'signals', 'signalsOnce', 'listen'),
    },
  },
  {
    files: ['libs/service-kit/src/observe/register.ts'],
    rules: { 'no-restricted-properties': propertyRule('environment') },
  },
  {
    files: ['apps/*/src/commands/**/*.ts'],
    rules: { 'no-restricted-properties': propertyRule('environment', 'exit') },
  },
  {
    files: [...tests, 'libs/testing/**/*.ts'],
    rules: {
      '@nx/enforce-module-boundaries': boundaries({
        extra: ['testing', 'kit', 'tool'],
        packages: [...contractPackages, 'vitest'],
      }),
      'no-restricted-properties': propertyRule('environment', 'signals', 'signalsOnce', 'listen'),
    },
  },
  {
    files: ['libs/testing/src/commands/**/*.ts'],
    rules: { 'no-restricted-properties': propertyRule('environment', 'exit') },
  },
  {
    files: ['apps/*/src/**/*.{ts,tsx}', 'libs/**/src/**/*.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        { selector: "ObjectExpression > Property[kind!='init']", message: noAccessor },
      ],
    },
  },
  { files: ['**/*.config.ts'], rules: { '@nx/enforce-module-boundaries': 'off' } },
  {
    files: tests,
    rules: {
      // Vitest fails a run with an unhandled rejection.
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { arguments: false } }],
      'no-restricted-syntax': [
        'error',
        {
          selector: "NewExpression[callee.name='Promise'] CallExpression[callee.name='setTimeout']",
          message: noSleep,
        },
        { selector: "ImportDeclaration[source.value='node:timers/promises']", message: noSleep },
      ],
    },
  },
  {
    files: ['tools/**/*.ts'],
    rules: {
      '@typescript-eslint/no-restricted-imports': packageRule({ except: ['ioredis', 'fastify'] }),
      'no-restricted-properties': propertyRule('environment', 'exit', 'signals', 'signalsOnce', 'listen'),
    },
  },
);
