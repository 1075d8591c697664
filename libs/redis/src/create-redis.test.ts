import { type AddressInfo, connect as connectTo, createServer } from 'node:net';
import { createTestRedis, eventually, type TestRedis } from '@valuecanvas/testing';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { createRedis, createWaitingRedis, type RedisOptions } from './create-redis.ts';

let testRedis: TestRedis;
beforeAll(() => {
  testRedis = createTestRedis();
});
afterAll(() => testRedis.stop());

function connect(create: typeof createRedis, options: Partial<RedisOptions> = {}) {
  const redis = create({ url: testRedis.url, name: 'in-test', onError: () => undefined, ...options });
  onTestFinished(() => redis.disconnect());
  return redis;
}

/** An address with a silent listener, or with none at all. */
async function deadEnd(settings: { readonly accepts: boolean }): Promise<string> {
  const server = createServer(() => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  if (settings.accepts) onTestFinished(() => void server.close());
  else await new Promise((resolve) => server.close(resolve));
  return `redis://127.0.0.1:${port}`;
}

test('one command, and many concurrent commands, get their answers', async () => {
  const redis = connect(createRedis);
  const key = `${testRedis.prefix}:counter`;
  const counts = await Promise.all(Array.from({ length: 100 }, () => redis.incr(key)));
  expect(new Set(counts).size).toBe(100);
});

test('a command resolves when it is done, without waiting for commands sent with it', async () => {
  const redis = connect(createRedis);
  await redis.ping();
  const answered: string[] = [];
  const slow = connect(createRedis);
  const key = `${testRedis.prefix}:list`;
  await Promise.all([
    redis.ping().then(() => answered.push('quick')),
    redis.blpop(key, 0).then(() => answered.push('slow')),
    eventually(() => expect(answered).toEqual(['quick'])).then(() => slow.rpush(key, 'x')),
  ]);
  expect(answered).toEqual(['quick', 'slow']);
});

test('a connection can be identified by its name', async () => {
  const redis = connect(createRedis, { name: `${testRedis.prefix}-named` });
  await redis.ping();
  expect(String(await redis.client('LIST'))).toContain(`name=${testRedis.prefix}-named `);
});

test('the password may be given separately from the URL', async () => {
  const url = new URL(testRedis.url);
  const password = decodeURIComponent(url.password);
  url.password = '';
  const redis = connect(createRedis, { url: url.href, ...(password ? { password } : {}) });
  expect(await redis.ping()).toBe('PONG');
});

test('if Redis is unreachable, a command fails within a second and onError is called', async () => {
  const errors: Error[] = [];
  const redis = connect(createRedis, {
    url: await deadEnd({ accepts: false }),
    onError: (error) => errors.push(error),
  });
  const startedAt = performance.now();
  await expect(redis.get('key')).rejects.toThrow();
  expect(performance.now() - startedAt).toBeLessThan(1_000);
  expect(errors.length).toBeGreaterThan(0);
});

test('if Redis accepts connections but does not answer, a command fails within three seconds', async () => {
  const redis = connect(createRedis, { url: await deadEnd({ accepts: true }) });
  const startedAt = performance.now();
  await expect(redis.get('key')).rejects.toThrow();
  expect(performance.now() - startedAt).toBeLessThan(3_000);
});

test('a waiting connection executes its commands once Redis is reachable', async () => {
  const url = new URL(testRedis.url);
  const { hostname, port } = url;
  url.port = new URL(await deadEnd({ accepts: false })).port;
  const redis = connect(createWaitingRedis, { url: url.href });
  const pong = redis.ping();
  const back = createServer((socket) => {
    const upstream = connectTo(Number(port), hostname);
    for (const end of [socket, upstream]) end.on('error', () => undefined);
    socket.pipe(upstream).pipe(socket);
  });
  await new Promise<void>((resolve) => back.listen(Number(url.port), '127.0.0.1', resolve));
  onTestFinished(() => void back.close());
  expect(await pong).toBe('PONG');
});
