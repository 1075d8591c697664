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
import { type CheckSession, createRevocationList, type PresentedToken } from './revocation-list.ts';

let testRedis: TestRedis;
beforeAll(() => {
  testRedis = createTestRedis();
});
afterAll(() => testRedis.stop());

const hour = 3_600;
const silent = { warn: () => undefined } as unknown as Logger;
const clock = fakeClock();

/** One process. Processes with the same Redis share revocations. */
async function startProcess(settings: { url?: string; confirm?: CheckSession; record?: CheckSession } = {}) {
  const { url = testRedis.url, confirm = async () => undefined, record } = settings;
  const redis = createRedis({ url, name: 'in-test', onError: () => undefined });
  onTestFinished(() => redis.disconnect());
  const revocations = createRevocationList({
    redis,
    keys: createKeys(testRedis.prefix),
    tokenSeconds: hour,
    confirm,
    ...(record ? { record } : {}),
    now: clock.now,
    log: silent,
  });
  return { redis, revocations };
}

async function connected(process: Awaited<ReturnType<typeof startProcess>>) {
  await eventually(() => expect(process.redis.status).toBe('ready'));
  return process.revocations;
}

function presented(settings: Partial<PresentedToken> = {}): PresentedToken {
  return { token: 't', userId: randomUUID(), sessionId: randomUUID(), issuedAt: clock.now(), ...settings };
}

test('a session that one process revokes is revoked for all, and other sessions are not', async () => {
  const [here, there] = [await connected(await startProcess()), await connected(await startProcess())];
  const [ending, other] = [presented(), presented()];
  await here.revoke(ending.sessionId ?? '');
  for (const revocations of [here, there]) {
    expect(await revocations.isRevoked(ending)).toBe(true);
    expect(await revocations.isRevoked(other)).toBe(false);
  }
});

test('the revoking process refuses a session before Redis stores the revocation', async () => {
  const { revocations } = await startProcess({ url: 'redis://127.0.0.1:1' });
  const [ending, other] = [presented(), presented()];
  const before = revocations.version();
  void revocations.revoke(ending.sessionId ?? '');
  expect(revocations.version()).not.toBe(before);
  expect([revocations.mayBeRevoked(ending), revocations.mayBeRevoked(other)]).toEqual([true, false]);
});

test('revoking all sessions of a user spares the exempt session and later sessions', async () => {
  const [here, there] = [await connected(await startProcess()), await connected(await startProcess())];
  const [kept, ending] = [presented(), presented()];
  const userId = kept.userId;
  clock.advance(10_000);
  await here.revokeAllOf(userId, { exceptSession: kept.sessionId ?? '' });
  clock.advance(10_000);
  for (const revocations of [here, there]) {
    expect(await revocations.isRevoked({ ...ending, userId })).toBe(true);
    expect(await revocations.isRevoked(kept)).toBe(false);
    expect(await revocations.isRevoked(presented({ userId }))).toBe(false);
  }
});

test('a revoked session cannot restore itself by revoking all other sessions', async () => {
  const [here, there] = [await connected(await startProcess()), await connected(await startProcess())];
  const [stolen, own] = [presented(), presented()];
  const userId = own.userId;
  clock.advance(10_000);
  await here.revokeAllOf(userId, { exceptSession: own.sessionId ?? '' });
  await there.revokeAllOf(userId, { exceptSession: stolen.sessionId ?? '' });
  for (const revocations of [here, there])
    expect(await revocations.isRevoked({ ...stolen, userId })).toBe(true);
});

test.each([
  ['is live', true, false],
  ['is over', false, true],
  ['cannot be checked', undefined, true],
] as const)(
  'a token issued within seconds of a revocation of all sessions is judged by its record: %s',
  async (_, live, over) => {
    const revocations = await connected(await startProcess({ confirm: async () => live }));
    const token = presented();
    await revocations.revokeAllOf(token.userId);
    expect(await revocations.isRevoked(token)).toBe(over);
  },
);

test('revocations are written once Redis is available again', async () => {
  const link = await startSeverableLink(testRedis.url);
  const here = await startProcess({ url: link.url });
  const there = await connected(await startProcess());
  await connected(here);
  await link.cut();
  const [one, all] = [presented(), presented()];
  clock.advance(10_000);
  await here.revocations.revoke(one.sessionId ?? '');
  await here.revocations.revokeAllOf(all.userId);
  expect(await there.isRevoked(one)).toBe(false);
  await link.mend();
  await eventually(async () => {
    expect([await there.isRevoked(one), await there.isRevoked(all)]).toEqual([true, true]);
  });
});

test('without Redis the session record decides, and without both, tokens are accepted', async () => {
  const url = 'redis://127.0.0.1:1';
  const answering = (live: boolean | undefined) => startProcess({ url, record: async () => live });
  expect(await (await answering(false)).revocations.isRevoked(presented())).toBe(true);
  expect(await (await answering(true)).revocations.isRevoked(presented())).toBe(false);
  expect(await (await answering(undefined)).revocations.isRevoked(presented())).toBe(false);
  expect(await (await startProcess({ url })).revocations.isRevoked(presented())).toBe(false);
});

test('Redis is trusted alone only after it has been available for the lifetime of a token', async () => {
  let asked = 0;
  const record = async () => {
    asked += 1;
    return true;
  };
  const revocations = await connected(await startProcess({ record }));
  await revocations.isRevoked(presented());
  expect(asked).toBe(1);
  clock.advance(hour * 1_000);
  await revocations.isRevoked(presented());
  expect(asked).toBe(1);
});

test('a hanging Redis delays a check only briefly', async () => {
  const { redis, revocations } = await startProcess();
  await eventually(() => expect(redis.status).toBe('ready'));
  // Further commands on this connection wait behind a command that never completes.
  redis.blpop(`${testRedis.prefix}:nothing`, 0).catch(() => undefined);
  const startedAt = performance.now();
  expect(await revocations.isRevoked(presented())).toBe(false);
  expect(performance.now() - startedAt).toBeLessThan(1_000);
});

test('revocations expire with the last token that they concern', async () => {
  const revocations = await connected(await startProcess());
  const token = presented();
  await revocations.revoke(token.sessionId ?? '');
  await revocations.revokeAllOf(token.userId);
  const keys = (await testRedis.client.keys(`${testRedis.prefix}:*`)).filter((key) =>
    [token.sessionId, token.userId].some((id) => key.endsWith(String(id))),
  );
  expect(keys).toHaveLength(2);
  for (const key of keys) {
    const left = await testRedis.client.pttl(key);
    expect(left > 0 && left <= hour * 1_000).toBe(true);
  }
});
