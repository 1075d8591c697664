import type { Redis } from '@valuecanvas/redis';
import type { Logger } from '@valuecanvas/service-kit';
import { type BriefAsker, createBriefAsker } from '../bounded-work/brief-questions.ts';

/** Milliseconds that a request waits for Redis before it passes uncounted. */
const patienceMs = 250;

/** Runs a command of Redis, or gives undefined where Redis cannot answer in time; warns once per pause. */
export function createFailOpen(redis: Redis, log: Logger): BriefAsker {
  const ask = createBriefAsker({
    patienceMs,
    onFailure: (err) => log.warn({ err }, 'Redis does not answer: requests pass without being counted'),
  });
  return (command) => (redis.status === 'ready' ? ask(command) : Promise.resolve(undefined));
}
