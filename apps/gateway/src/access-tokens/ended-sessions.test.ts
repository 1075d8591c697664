import { randomUUID } from 'node:crypto';
import { createKeys, createRedis } from '@valuecanvas/redis';
import type { Logger } from '@valuecanvas/service-kit';
import {
  createTestRedis,
  eventually,
  fakeClock,
  startSeverableLink,
  type TestRedis,
} from '@valuecanvas/testing';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { type AskRecord, createEndedSessions } from './ended-sessions.ts';
import type { ShownToken } from './session-verdict.ts';

let testRedis: TestRedis;
beforeAll(() => {
  testRedis = createTestRedis();
});
afterAll(() => testRedis.stop());

const hour = 3_600;
const silent = { warn: () => undefined } as unknown as Logger;
const clock = fakeClock();

/** One process. Processes with the same Redis share revocations. */
async function startProcess(settings: { url?: string; confirm?: AskRecord; record?: AskRecord } = {}) {
  const { url = testRedis.url, confirm = async () => undefined, record } = settings;
  const redis = createRedis({ url, name: 'in-test', onError: () => undefined });
  onTestFinished(() => redis.disconnect());
  const ended = createEndedSessions({
    redis,
    keys: createKeys(testRedis.prefix),
    tokenSeconds: hour,
    confirm,
    ...(record ? { record } : {}),
    now: clock.now,
    log: silent,
  });
  return { redis, ended };
}

async function connected(process: Awaited<ReturnType<typeof startProcess>>) {
  await eventually(() => expect(process.redis.status).toBe('ready'));
  return process.ended;
}

function shown(settings: Partial<ShownToken> = {}): ShownToken {
  return { token: 't', userId: randomUUID(), sessionId: randomUUID(), issuedAt: clock.now(), ...settings };
}

test('a session that one process revokes is revoked for all, and other sessions are not', async () => {
  const [here, there] = [await connected(await startProcess()), await connected(await startProcess())];
  const [ending, other] = [shown(), shown()];
  await here.end(ending.sessionId ?? '');
  for (const ended of [here, there]) {
    expect(await ended.isEnded(ending)).toBe(true);
    expect(await ended.isEnded(other)).toBe(false);
  }
});

test('the revoking process refuses a session before Redis stores the revocation', async () => {
  const { ended } = await startProcess({ url: 'redis://127.0.0.1:1' });
  const [ending, other] = [shown(), shown()];
  const before = ended.version();
  void ended.end(ending.sessionId ?? '');
  expect(ended.version()).not.toBe(before);
  expect([ended.isTouched(ending), ended.isTouched(other)]).toEqual([true, false]);
});

test('revoking all sessions of a user spares the exempt session and later sessions', async () => {
  const [here, there] = [await connected(await startProcess()), await connected(await startProcess())];
  const [kept, ending] = [shown(), shown()];
  const userId = kept.userId;
  clock.advance(10_000);
  await here.endAllOf(userId, { exceptSession: kept.sessionId ?? '' });
  clock.advance(10_000);
  for (const ended of [here, there]) {
    expect(await ended.isEnded({ ...ending, userId })).toBe(true);
    expect(await ended.isEnded(kept)).toBe(false);
    expect(await ended.isEnded(shown({ userId }))).toBe(false);
  }
});

test('a revoked session cannot restore itself by revoking all other sessions', async () => {
  const [here, there] = [await connected(await startProcess()), await connected(await startProcess())];
  const [stolen, own] = [shown(), shown()];
  const userId = own.userId;
  clock.advance(10_000);
  await here.endAllOf(userId, { exceptSession: own.sessionId ?? '' });
  await there.endAllOf(userId, { exceptSession: stolen.sessionId ?? '' });
  for (const ended of [here, there]) expect(await ended.isEnded({ ...stolen, userId })).toBe(true);
});

test.each([
  ['is live', true, false],
  ['is over', false, true],
  ['cannot be checked', undefined, true],
] as const)(
  'a token issued within seconds of a revocation of all sessions is judged by its record: %s',
  async (_, live, over) => {
    const ended = await connected(await startProcess({ confirm: async () => live }));
    const token = shown();
    await ended.endAllOf(token.userId);
    expect(await ended.isEnded(token)).toBe(over);
  },
);

test('revocations are written once Redis is available again', async () => {
  const link = await startSeverableLink(testRedis.url);
  const here = await startProcess({ url: link.url });
  const there = await connected(await startProcess());
  await connected(here);
  await link.cut();
  const [one, all] = [shown(), shown()];
  clock.advance(10_000);
  await here.ended.end(one.sessionId ?? '');
  await here.ended.endAllOf(all.userId);
  expect(await there.isEnded(one)).toBe(false);
  await link.mend();
  await eventually(async () => {
    expect([await there.isEnded(one), await there.isEnded(all)]).toEqual([true, true]);
  });
});

test('without Redis the session record decides, and without both, tokens are accepted', async () => {
  const url = 'redis://127.0.0.1:1';
  const answering = (live: boolean | undefined) => startProcess({ url, record: async () => live });
  expect(await (await answering(false)).ended.isEnded(shown())).toBe(true);
  expect(await (await answering(true)).ended.isEnded(shown())).toBe(false);
  expect(await (await answering(undefined)).ended.isEnded(shown())).toBe(false);
  expect(await (await startProcess({ url })).ended.isEnded(shown())).toBe(false);
});

test('Redis is trusted alone only after it has been available for the lifetime of a token', async () => {
  let asked = 0;
  const record = async () => {
    asked += 1;
    return true;
  };
  const ended = await connected(await startProcess({ record }));
  await ended.isEnded(shown());
  expect(asked).toBe(1);
  clock.advance(hour * 1_000);
  await ended.isEnded(shown());
  expect(asked).toBe(1);
});

test('a hanging Redis delays a check only briefly', async () => {
  const { redis, ended } = await startProcess();
  await eventually(() => expect(redis.status).toBe('ready'));
  // Further commands on this connection wait behind a command that never completes.
  redis.blpop(`${testRedis.prefix}:nothing`, 0).catch(() => undefined);
  const startedAt = performance.now();
  expect(await ended.isEnded(shown())).toBe(false);
  expect(performance.now() - startedAt).toBeLessThan(1_000);
});

test('revocations expire with the last token that they concern', async () => {
  const ended = await connected(await startProcess());
  const token = shown();
  await ended.end(token.sessionId ?? '');
  await ended.endAllOf(token.userId);
  const keys = (await testRedis.client.keys(`${testRedis.prefix}:*`)).filter((key) =>
    [token.sessionId, token.userId].some((id) => key.endsWith(String(id))),
  );
  expect(keys).toHaveLength(2);
  for (const key of keys) {
    const left = await testRedis.client.pttl(key);
    expect(left > 0 && left <= hour * 1_000).toBe(true);
  }
});
