import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { importPublicKeys, importSigningKey } from '@valuecanvas/identity';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../test/temporary-folder.ts';
import { secretLines } from './commands/secret-lines.ts';
import { loadSecrets, publicKeysOf } from './secrets.ts';

test('secrets are created once and kept', async () => {
  const file = join(await temporaryFolder(), 'secrets.json');
  const first = await loadSecrets(file);
  expect(await loadSecrets(file)).toEqual(first);
});

test('every name that secrets:generate writes is in .env.example', async () => {
  const secrets = await loadSecrets(join(await temporaryFolder(), 'secrets.json'));
  const example = await readFile(new URL('../../../.env.example', import.meta.url), 'utf8');
  const names = (text: string): string[] => text.match(/(?<=^#?)[A-Z][A-Z0-9_]*(?==)/gm) ?? [];
  const written = names(secretLines(secrets, () => 'password'));
  expect(written.length).toBeGreaterThan(10);
  expect(written.filter((name) => !names(example).includes(name))).toEqual([]);
});

test('only the owner can read them', async () => {
  const file = join(await temporaryFolder(), 'secrets.json');
  await loadSecrets(file);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
});

test('a new service gets its own secrets, and the others keep theirs', async () => {
  const file = join(await temporaryFolder(), 'secrets.json');
  const { services, ...rest } = await loadSecrets(file);
  const { canvas: _, ...others } = services;
  await writeFile(file, JSON.stringify({ ...rest, services: others }));
  const again = await loadSecrets(file);
  expect(again.services.gateway).toEqual(services.gateway);
  expect(again.services.canvas.databasePassword).not.toBe(services.canvas.databasePassword);
});

test('an incomplete file is replaced', async () => {
  const file = join(await temporaryFolder(), 'secrets.json');
  await writeFile(file, '{"authSigning');
  const secrets = await loadSecrets(file);
  expect(JSON.parse(await readFile(file, 'utf8'))).toEqual(secrets);
});

test('services accept them as keys', async () => {
  const secrets = await loadSecrets(join(await temporaryFolder(), 'secrets.json'));
  await importSigningKey(secrets.services.canvas.signingKey);
  expect((await importPublicKeys(publicKeysOf(secrets))).size).toBe(6);
});
