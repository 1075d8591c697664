import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { repositoryFiles } from '../src/repository-files.ts';
import { findSecrets } from '../src/secrets/find-secrets.ts';

async function fileWith(content: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'valuecanvas-secrets-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, 'settings.txt');
  await writeFile(file, content);
  return file;
}

const [armour, key] = ['PRIVATE KEY-----', 'MIIEvQIBADANBgkqhkiG9w0BAQEFAASC'.repeat(4)];

// Assembled at run time, so that this file contains no secret itself.
const planted = {
  'a token of GitHub': `ghp_${'wWPw5k4aXcaT4fNP0UcnZwJUVFk6LO'}${'0pINUx'}`,
  'a private key': `-----BEGIN ${armour}\n${key}\n-----END ${armour}`,
  'a database with its password': `postgresql://canvas:${'geheim99'}@db.valuecanvas.io:5432/canvas`,
};

test.each(Object.entries(planted))('%s is found', async (_what, secret) => {
  expect(await findSecrets([await fileWith(`value: ${secret}\n`)])).not.toBe('');
});

test('the URL of a database on this machine is not a secret', async () => {
  expect(await findSecrets([await fileWith('postgresql://canvas:geheim@127.0.0.1:5432/canvas')])).toBe('');
});

test('files that are not committed yet are checked too', async () => {
  expect(await repositoryFiles()).toContain('tools/guards/test/secrets.test.ts');
});
