import { describe, expect, test } from 'vitest';
import { combine, withAnswer } from './replicas.ts';

type Stats = Parameters<typeof withAnswer>[1];

const answer = (
  instance: string,
  openai: Partial<Stats['providers'][string]>,
  fields: Partial<Stats> = {},
): Stats => ({
  instance,
  since: '2026-12-02T10:00:00.000Z',
  cache: { hits: 1, misses: 3, hitRate: 0.25 },
  providers: {
    openai: {
      state: 'closed',
      calls: 10,
      failures: 1,
      fallbacks: 2,
      latencyP50: 80,
      latencyP95: 300,
      models: { small: 'closed' },
      ...openai,
    },
  },
  ...fields,
});

describe('figures of several routers', () => {
  test('do not depend on which router answered last', () => {
    const [first, second] = [answer('a', { calls: 10 }), answer('b', { calls: 5, latencyP95: 500 })];
    const once = withAnswer(withAnswer(undefined, first, 0), second, 5_000);
    const again = withAnswer(once, first, 10_000);
    expect(combine(again)).toEqual(combine(once));
    expect(combine(again)).toEqual({
      rows: [
        {
          id: 'openai',
          state: 'closed',
          calls: 15,
          failures: 2,
          fallbacks: 4,
          latencyP50: 80,
          latencyP95: 500,
          models: { small: 'closed' },
        },
      ],
      cache: { hits: 2, lookups: 8 },
      routers: 2,
      since: '2026-12-02T10:00:00.000Z',
    });
  });

  test('replace the earlier figures of the same router', () => {
    const seen = withAnswer(
      withAnswer(undefined, answer('a', { calls: 10 }), 0),
      answer('a', { calls: 12 }),
      5_000,
    );
    expect(combine(seen).rows[0]?.calls).toBe(12);
    expect(combine(seen).routers).toBe(1);
  });

  test('show a breaker as open if any router says so', () => {
    const seen = withAnswer(
      withAnswer(undefined, answer('a', { state: 'open', models: { small: 'open', large: 'closed' } }), 0),
      answer('b', { state: 'half-open', models: { small: 'half-open' } }),
      1_000,
    );
    expect(combine(seen).rows[0]).toMatchObject({
      state: 'open',
      models: { large: 'closed', small: 'open' },
    });
  });

  test('forget a router that has not answered for two minutes, such as one that has restarted', () => {
    const seen = withAnswer(withAnswer(undefined, answer('old', {}), 0), answer('new', {}), 120_000);
    expect(Object.keys(seen)).toEqual(['new']);
  });
});
