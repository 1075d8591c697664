import { setTimeout as delay } from 'node:timers/promises';
import { Mismatch } from './mismatch.ts';

/** Polls until the answer satisfies the condition, and returns it. Throws Mismatch after the time limit. */
export async function eventually<T>(
  ask: () => Promise<T>,
  satisfies: (answer: T) => boolean,
  options: { readonly withinMs: number; readonly everyMs: number; readonly what: string },
): Promise<T> {
  const deadline = performance.now() + options.withinMs;
  for (;;) {
    const answer = await ask();
    if (satisfies(answer)) return answer;
    if (performance.now() > deadline) {
      const last = JSON.stringify(answer).slice(0, 300);
      throw new Mismatch(`not within ${options.withinMs} ms: ${options.what}; at last: ${last}`);
    }
    await delay(options.everyMs);
  }
}
