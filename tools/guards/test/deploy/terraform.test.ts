import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { serviceNames } from '@valuecanvas/contracts-core';
import { expect, test } from 'vitest';
import { root } from '../../src/root.ts';

const read = (path: string) => readFile(join(root, path), 'utf8');

test('Terraform creates a secret, a role and a log group for each service of the table', async () => {
  const text = await read('infrastructure/terraform/variables.tf');
  const list = /variable "services" \{[^}]*default\s*=\s*(\[[^\]]*\])/.exec(text)?.[1];
  expect((JSON.parse(list ?? '[]') as string[]).sort()).toEqual([...serviceNames].sort());
});

test('External Secrets reads the secrets that Terraform creates', async () => {
  const manifest = await read('k8s/production/optional/external-secrets.yaml');
  const keys = [...manifest.matchAll(/key: (valuecanvas\/production\/[\w-]+)/g)].map(([, key]) => key);
  expect(keys).toEqual([...serviceNames, 'migrate'].map((app) => `valuecanvas/production/${app}`));
  expect(await read('infrastructure/terraform/secrets.tf')).toMatch(
    /name\s+= "valuecanvas\/\$\{var\.environment\}\/\$\{each\.key\}"/,
  );
});
