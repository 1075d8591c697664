import { describe, expect, test } from 'vitest';
import { registryFaults } from '../src/lockfile/lock-faults.ts';
import type { Manifest } from '../src/manifests.ts';
import { rangeFaults, tagFaults, versionFaults } from '../src/packages/package-faults.ts';
import { undeclaredFaults } from '../src/packages/undeclared-imports.ts';

const shop: Manifest = {
  folder: 'apps/shop',
  name: '@valuecanvas/shop',
  dependencies: { clock: '1.0.0', '@valuecanvas/redis': '*' },
  devDependencies: { '@types/trees': '1.0.0', 'watch-2': 'npm:watch@2.0.0' },
  nx: { tags: ['type:app', 'scope:shop'] },
};

const bank: Manifest = { ...shop, folder: 'apps/bank', name: '@valuecanvas/bank' };

test('consistent packages have no faults', () => {
  expect([versionFaults, rangeFaults, tagFaults].flatMap((faults) => faults([shop, bank]))).toEqual([]);
});

test('a dependency in two versions is a fault, whatever kind of dependency it is', () => {
  expect(versionFaults([shop, { ...bank, dependencies: {}, devDependencies: { clock: '2.0.0' } }])).toEqual([
    'clock has several versions: 1.0.0 in apps/shop, 2.0.0 in apps/bank.',
  ]);
});

test.each(['^1.0.0', 'npm:watch@^1.0.0'])('a range of versions is a fault: %s', (range) => {
  expect(rangeFaults([{ ...shop, dependencies: { clock: range } }])).toEqual([
    `apps/shop requires clock ${range}. Name one exact version.`,
  ]);
});

test.each([
  ['none', []],
  ['several', ['type:app', 'type:util', 'scope:shop', 'scope:bank']],
])('a workspace with %s of a tag is a fault', (_how, tags) => {
  expect(tagFaults([{ ...shop, nx: { tags } }])).toEqual([
    'apps/shop needs exactly one type: tag in its package.json.',
    'apps/shop needs exactly one scope: tag in its package.json.',
  ]);
});

test('a registry host in the lock file is a fault, a link to a workspace is not', () => {
  const lock = {
    packages: {
      'node_modules/clock': { resolved: 'https://registry.example/clock-1.0.0.tgz' },
      'node_modules/@valuecanvas/shop': { resolved: 'apps/shop' },
      'node_modules/watch': {},
    },
  };
  expect(registryFaults('package-lock.json', lock)).toEqual([
    'package-lock.json names a host for node_modules/clock. Recreate the entry with the .npmrc of the root.',
  ]);
});

describe('an import', () => {
  const top: Manifest = { folder: '', name: 'valuecanvas', devDependencies: { vitest: '1.0.0' } };
  const faultsOf = (path: string, text: string) => undeclaredFaults(top, shop, [{ path, text }]);

  test.each([
    "import { clock } from 'clock';",
    "import type { Redis } from '@valuecanvas/redis';",
    "import type { Root } from 'trees';",
    "import { own } from '@valuecanvas/shop';",
    "import { join } from 'node:path';\nimport './own.ts';",
    "const text = 'import bank from';",
    "const file = `\nimport { bank } from '@valuecanvas/bank';\n`;",
  ])('of a declared package is none: %s', (text) => {
    expect(faultsOf('src/main.ts', text)).toEqual([]);
  });

  test.each([
    ["import { bank } from '@valuecanvas/bank';", '@valuecanvas/bank'],
    ["import {\n  type Bank,\n} from '@valuecanvas/bank';", '@valuecanvas/bank'],
    ["export * from '@valuecanvas/bank/testing';", '@valuecanvas/bank'],
    ["import { root } from 'trees';", 'trees'],
    ["import 'watch/register';", 'watch'],
    ["const { test } = await import('vitest');", 'vitest'],
    ["import { test } from 'vitest';", 'vitest'],
  ])('of another package is a fault: %s', (text, name) => {
    expect(faultsOf('src/main.ts', text)).toEqual([
      `apps/shop/src/main.ts imports ${name}, which apps/shop/package.json does not name.`,
    ]);
  });

  test("of the root's development dependencies is allowed in tests and for types only", () => {
    expect(faultsOf('src/main.ts', "import type { Test } from 'vitest';")).toEqual([]);
    expect(faultsOf('src/shop.test.ts', "import { test } from 'vitest';")).toEqual([]);
  });
});
