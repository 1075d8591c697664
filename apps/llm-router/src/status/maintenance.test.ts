import type { BoundRoute, Call } from '@valuecanvas/service-kit';
import { userPrincipal } from '@valuecanvas/testing';
import { expect, test } from 'vitest';
import { clearCacheRoute } from './clear-cache.route.ts';
import { resetBreakersRoute } from './reset-breakers.route.ts';

const principal = userPrincipal({ role: 'admin' });

/** Answers as an admin gets them, and what was logged meanwhile. */
async function ask(route: BoundRoute, query: { readonly model?: string } = {}) {
  const logged: unknown[] = [];
  const log = { info: (fields: object) => logged.push(fields) };
  const answer = await route.handle({ principal, query, log } as unknown as Call);
  return { answer, logged };
}

test('a reset names the breakers that it closed, and the log says who did it', async () => {
  const closed = [{ provider: 'openai', model: 'gpt-4o-mini' }];
  expect(await ask(resetBreakersRoute(async () => closed))).toEqual({
    answer: { closed },
    logged: [{ admin: principal.userId, closed }],
  });
});

test.each([undefined, 'small'])(
  'the cache is emptied of the model %s, and the log says who did it',
  async (model) => {
    const asked: unknown[] = [];
    const clear = async (only?: string) => asked.push(only) + 6;
    expect(await ask(clearCacheRoute(clear), model === undefined ? {} : { model })).toEqual({
      answer: { removed: 7 },
      logged: [{ admin: principal.userId, model, removed: 7 }],
    });
    expect(asked).toEqual([model]);
  },
);
