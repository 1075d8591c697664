import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { freePort } from '@valuecanvas/local-servers';
import { expect, onTestFinished, test } from 'vitest';
import { requireReachable } from './require-reachable.ts';

const check = (REDIS_URL: string | undefined) => requireReachable('REDIS_URL', { REDIS_URL }, 6379);

test('a reachable server and an absent variable are accepted', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  await check(`redis://127.0.0.1:${(server.address() as AddressInfo).port}`);
  await check('');
  await check(undefined);
});

test('an unreachable server is reported at once, without its password', async () => {
  const port = await freePort();
  const failure = await check(`redis://:secret@127.0.0.1:${port}`).catch((error: Error) => error.message);
  expect(failure).toMatch(new RegExp(`127.0.0.1:${port}, which REDIS_URL names`));
  expect(failure).not.toContain('secret');
});

test('a value that is not a URL is rejected', async () => {
  await expect(check('localhost')).rejects.toThrow('REDIS_URL is not a URL');
});
