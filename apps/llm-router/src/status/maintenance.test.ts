import type { Call } from '@valuecanvas/service-kit';
import { userPrincipal } from '@valuecanvas/testing';
import { expect, test } from 'vitest';
import { createCacheCounts } from './cache-counts.ts';
import { statusRoutes } from './routes.ts';

const principal = userPrincipal({ role: 'admin' });
const closed = [{ provider: 'openai', model: 'gpt-4o-mini' }];

/** The two routes with what they log and which models they clear. */
function routes() {
  const logged: unknown[] = [];
  const cleared: unknown[] = [];
  const { resetBreakers, clearCache } = statusRoutes({
    lines: [],
    cacheCounts: createCacheCounts(),
    since: '2026-01-01T00:00:00.000Z',
    resetBreakers: async () => closed,
    clearCache: async (model) => cleared.push(model) + 6,
  });
  const callWith = (query: object) =>
    ({ principal, query, log: { info: (fields: object) => logged.push(fields) } }) as unknown as Call<never>;
  return { resetBreakers, clearCache, callWith, logged, cleared };
}

test('a reset names the breakers that it closed, and the log says which admin did it', async () => {
  const { resetBreakers, callWith, logged } = routes();
  expect(await resetBreakers(callWith({}))).toEqual({ closed });
  expect(logged).toEqual([{ admin: principal.userId, closed }]);
});

test.each([undefined, 'small'])(
  'the cache is cleared of the model %s, and the log says which admin did it',
  async (model) => {
    const { clearCache, callWith, logged, cleared } = routes();
    expect(await clearCache(callWith({ model }))).toEqual({ removed: 7 });
    expect(logged).toEqual([{ admin: principal.userId, removed: 7 }]);
    expect(cleared).toEqual([model]);
  },
);
