import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { freePort } from '@valuecanvas/local-servers';
import { expect, onTestFinished, test } from 'vitest';
import { requireReachable } from './require-reachable.ts';

const check = (REDIS_URL: string | undefined) => requireReachable('REDIS_URL', { REDIS_URL }, 6379);

test('a server that listens is accepted, and so is a variable that is not set', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  await check(`redis://127.0.0.1:${(server.address() as AddressInfo).port}`);
  await check('');
  await check(undefined);
});

test('a server that is not there is named at once, without its password', async () => {
  const port = await freePort();
  const failure = await check(`redis://:secret@127.0.0.1:${port}`).catch((error: Error) => error.message);
  expect(failure).toMatch(new RegExp(`127.0.0.1:${port}, where REDIS_URL points`));
  expect(failure).not.toContain('secret');
});

test('a value that is no URL is refused', async () => {
  await expect(check('localhost')).rejects.toThrow('REDIS_URL is no URL');
});
