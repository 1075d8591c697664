import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import Type from 'typebox';
import { expect, onTestFinished, test, vi } from 'vitest';
import { configSources } from './config-sources.ts';
import type { Environment } from './parse-config.ts';

const variables = { KEY: Type.String({ secret: true }), PORT: Type.Integer(), NOTE: Type.String() };

const read = (environment: Environment) => configSources(variables, environment).read();

async function file(text: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'config-sources-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const path = join(folder, 'secret');
  await writeFile(path, text);
  return path;
}

/** Serves secrets as AWS Secrets Manager does: the operation GetSecretValue of its JSON protocol. */
async function serveSecrets(secrets: Readonly<Record<string, string>>): Promise<void> {
  const server = createServer(async (request, response) => {
    const { SecretId: id } = (await json(request)) as { SecretId: string };
    const text = secrets[id];
    response.setHeader('content-type', 'application/x-amz-json-1.1');
    if (text === undefined) response.statusCode = 400;
    response.end(
      JSON.stringify(
        text === undefined ? { __type: 'ResourceNotFoundException' } : { Name: id, SecretString: text },
      ),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    vi.unstubAllEnvs();
  });
  const { port } = server.address() as AddressInfo;
  vi.stubEnv('AWS_ENDPOINT_URL_SECRETS_MANAGER', `http://127.0.0.1:${port}`);
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'id');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
}

test('an environment without sources cannot change, and empty values count as absent', async () => {
  const sources = configSources(variables, { KEY: 'sesame', NOTE: ' ', OTHER: 'x' });
  expect(sources.canChange).toBe(false);
  expect(await sources.read()).toEqual({ KEY: 'sesame', OTHER: 'x' });
});

test('a variable comes from its file, which is read each time', async () => {
  const path = await file('sesame\n');
  const sources = configSources(variables, { KEY_FILE: path, KEY: '' });
  expect(sources.canChange).toBe(true);
  expect(await sources.read()).toMatchObject({ KEY: 'sesame\n' });
  await writeFile(path, 'simsim');
  expect(await sources.read()).toMatchObject({ KEY: 'simsim' });
});

test('a missing file and a variable that is also set are reported together, without the value', async () => {
  const path = await file('sesame');
  await expect(read({ KEY_FILE: path, KEY: 'simsim', NOTE_FILE: '/nowhere/note' })).rejects.toMatchObject({
    faults: [
      'KEY and KEY_FILE are both set. Remove one of them.',
      'NOTE_FILE: /nowhere/note cannot be read (ENOENT).',
    ],
  });
});

test('secrets of Secrets Manager are merged: the environment, then the later secret, wins', async () => {
  await serveSecrets({
    shared: '{"KEY":"shared","NOTE":"shared","PORT":"1","UNKNOWN":"x"}',
    'own/canvas': '{"KEY":"own"}',
  });
  const environment = {
    SECRETS_MANAGER_SECRET_NAME: 'shared, own/canvas',
    AWS_REGION: 'eu-central-1',
    PORT: '3000',
  };
  expect(await read(environment)).toEqual({ ...environment, KEY: 'own', NOTE: 'shared' });
});

test('a secret that is absent or no JSON object is reported by its name', async () => {
  await serveSecrets({ list: '["sesame"]', text: 'sesame' });
  const environment = { SECRETS_MANAGER_SECRET_NAME: 'none,list,text', AWS_REGION: 'eu-central-1' };
  const error = await read(environment).catch((reason: Error) => reason.message);
  expect(error).toContain('none cannot be read (ResourceNotFoundException).');
  expect(error).toContain('text must be a JSON object of texts.');
  expect(error).toContain('list must be a JSON object of texts.');
  expect(error).not.toContain('sesame');
  await expect(read({ SECRETS_MANAGER_SECRET_NAME: 'text' })).rejects.toThrow(
    'AWS_REGION is required with SECRETS_MANAGER_SECRET_NAME.',
  );
});
