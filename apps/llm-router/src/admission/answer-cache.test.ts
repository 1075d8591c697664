import fc from 'fast-check';
import { v7 as uuidv7 } from 'uuid';
import { describe, expect, test } from 'vitest';
import { noon, useDeployments } from './test-support/deployment-in-test.ts';
import { type CallInTest, callInTest, dayBudget } from './test-support/rows-in-test.ts';

const { deploy } = useDeployments();

const userId = uuidv7();
const call = (options: Partial<CallInTest['request']> = {}) =>
  callInTest({ admittedAt: noon, userId, ...options });
const entry = (
  key: string,
  value: Buffer | string = 'answer',
  more: { model?: string; ttlMs?: number } = {},
) => ({
  ...{ key, value, model: 'm', ttlMs: 60_000 },
  ...more,
});

describe.each([
  { place: 'in the Redis of the budgets', cacheElsewhere: false },
  { place: 'in a separate Redis', cacheElsewhere: true },
])('a cache $place', ({ cacheElsewhere }) => {
  const question = { cache: { key: 'q', read: true } };

  test('returns the answer of an earlier identical call, byte for byte, with its time', async () => {
    const deployment = deploy({ cacheElsewhere });
    const { admission } = deployment.process();
    const { request, settlement } = call(question);
    expect(await admission.admit(request)).toMatchObject({ kind: 'admitted' });
    const value = Buffer.from([0, 255, 128, 10, 13, 0]);
    await admission.settle(settlement(1n, { cache: entry('q', value) }));
    deployment.clock.advance(1_000);
    const answer = await deployment.process().admission.admit(call(question).request);
    expect(answer).toEqual({ kind: 'cached', value, storedAt: noon });
  });

  test('books a hit without counting it against limits and budgets', async () => {
    const deployment = deploy({ cacheElsewhere });
    const { admission, cache } = deployment.process();
    await cache.write(entry('q'));
    const limits = [{ name: 'hour', unit: 'requests' as const, limit: 0, windowMs: 3_600_000, amount: 1 }];
    const { request } = call({ ...question, limits, budgets: [dayBudget(0n)] });
    expect(await admission.admit(request)).toMatchObject({ kind: 'cached' });
    expect(await deployment.rows()).toMatchObject([{ id: request.callId, status: 'hit', costNanos: '0' }]);
    expect(await deployment.holding()).toEqual([]);
  });

  test('books no hit if the journal is full', async () => {
    const deployment = deploy({ cacheElsewhere, maxFacts: 1 });
    const { admission, cache } = deployment.process();
    await cache.write(entry('q'));
    await admission.admit(call(question).request);
    expect(await admission.admit(call(question).request)).toEqual({ kind: 'journal_full' });
  });

  test('is bypassed if the caller wants a fresh answer, which replaces the stored one', async () => {
    const { admission, cache } = deploy({ cacheElsewhere }).process();
    await cache.write(entry('q', 'old'));
    const fresh = call({ cache: { key: 'q', read: false } });
    expect(await admission.admit(fresh.request)).toMatchObject({ kind: 'admitted' });
    await admission.settle(fresh.settlement(1n, { cache: entry('q', 'new') }));
    expect(await admission.admit(call(question).request)).toMatchObject({ value: Buffer.from('new') });
  });

  test('returns no expired answer', async () => {
    const deployment = deploy({ cacheElsewhere });
    const { admission, cache } = deployment.process();
    await cache.write(entry('q', 'answer', { ttlMs: 1_000 }));
    deployment.clock.advance(999);
    expect(await admission.admit(call(question).request)).toMatchObject({ kind: 'cached' });
    deployment.clock.advance(1);
    expect(await admission.admit(call(question).request)).toMatchObject({ kind: 'admitted' });
  });

  test('stores no answer that is too large', async () => {
    const { admission, cache } = deploy({
      cacheElsewhere,
      bounds: { maxBytes: 10_000, maxEntryBytes: 100 },
    }).process();
    const { request, settlement } = call(question);
    await admission.admit(request);
    await admission.settle(settlement(1n, { cache: entry('q', 'x'.repeat(101)) }));
    expect(await admission.admit(call(question).request)).toMatchObject({ kind: 'admitted' });
    expect(await cache.figures()).toEqual({ entries: 0, bytes: 0 });
  });

  test('evicts its oldest answers when it is full, expired ones first', async () => {
    const deployment = deploy({ cacheElsewhere, bounds: { maxBytes: 5_000, maxEntryBytes: 1_000 } });
    const { cache } = deployment.process();
    await cache.write(entry('first', 'x'.repeat(500)));
    await cache.write(entry('brief', 'x'.repeat(500), { ttlMs: 10 }));
    deployment.clock.advance(100);
    await cache.write(entry('second', 'x'.repeat(500)));
    await cache.write(entry('third', 'x'.repeat(500)));
    const kept = async () => {
      const found = await Promise.all(['first', 'second', 'third', 'fourth'].map((key) => cache.read(key)));
      return found.map(Boolean);
    };
    expect(await kept()).toEqual([true, true, true, false]);
    deployment.clock.advance(100);
    await cache.write(entry('fourth', 'x'.repeat(500)));
    expect(await kept()).toEqual([false, true, true, true]);
  });

  test('can be cleared for one model, or completely', async () => {
    const { cache } = deploy({
      cacheElsewhere,
      bounds: { maxBytes: 10_000_000, maxEntryBytes: 100 },
    }).process();
    await Promise.all(
      Array.from({ length: 1_200 }, (_, at) =>
        cache.write(entry(`q${at}`, 'x', { model: at % 3 ? 'm' : 'n' })),
      ),
    );
    expect(await cache.clear('n')).toBe(400);
    expect(await cache.clear('n')).toBe(0);
    expect(await cache.figures()).toMatchObject({ entries: 800 });
    expect(await cache.clear()).toBe(800);
    expect(await cache.figures()).toEqual({ entries: 0, bytes: 0 });
  });

  test('never exceeds its size limit, and accounts for every byte', async () => {
    const store = fc.record({
      key: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'),
      size: fc.nat(1_500),
      model: fc.constantFrom('m', 'n'),
      ttlMs: fc.integer({ min: 1, max: 100 }),
      advance: fc.nat(30),
    });
    const clear = fc.constantFrom('m', 'n', undefined);
    const steps = fc.array(fc.oneof({ weight: 9, arbitrary: store }, fc.record({ clear })), {
      maxLength: 25,
    });
    await fc.assert(
      fc.asyncProperty(steps, async (run) => {
        const maxBytes = 5_000;
        const deployment = deploy({ cacheElsewhere, bounds: { maxBytes, maxEntryBytes: 1_200 } });
        const { cache } = deployment.process();
        for (const step of run) {
          if ('clear' in step) await cache.clear(step.clear);
          else {
            deployment.clock.advance(step.advance);
            const stored = await cache.write({ ...step, value: 'x'.repeat(step.size) });
            expect(stored).toBe(step.size <= 1_200);
            if (stored) expect((await cache.read(step.key))?.value.length).toBe(step.size);
          }
          expect((await cache.figures()).bytes).toBeLessThanOrEqual(maxBytes);
        }
        await cache.clear();
        expect(await cache.figures()).toEqual({ entries: 0, bytes: 0 });
      }),
      { numRuns: 25 },
    );
  });
});

test('the accounted overhead of an entry covers its key and index member', async () => {
  const deployment = deploy({ bounds: { maxBytes: 100_000_000, maxEntryBytes: 100_000 } });
  const { cache } = deployment.process();
  const names = Array.from({ length: 2_000 }, () => uuidv7().repeat(2));
  await Promise.all(names.map((name) => cache.write(entry(name, 'x'.repeat(2_000)))));
  const keys = await deployment.redis.keys(deployment.keys('cache', '*'));
  const sizes = await Promise.all(keys.map((key) => deployment.redis.memory('USAGE', key, 'SAMPLES', 0)));
  const used = sizes.reduce<number>((sum, size) => sum + Number(size), 0);
  const counted = (await cache.figures()).bytes;
  expect(used).toBeLessThanOrEqual(counted);
  expect(used).toBeGreaterThan(counted * 0.7);
});

test('calls continue without a separate cache that is unavailable, and the fault is reported', async () => {
  const deployment = deploy({ cacheElsewhere: true, cacheUrl: 'redis://127.0.0.1:1' });
  const { admission } = deployment.process();
  for (const _ of [1, 2]) {
    const { request, settlement } = call({ cache: { key: 'q', read: true } });
    expect(await admission.admit(request)).toMatchObject({ kind: 'admitted' });
    expect(await admission.settle(settlement(1n, { cache: entry('q') }))).toBe('settled');
  }
  expect(await deployment.rows()).toHaveLength(2);
  expect(deployment.errors).toHaveLength(4);
});
