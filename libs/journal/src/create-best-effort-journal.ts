import type { FactDefinition, FactOf } from '@valuecanvas/contracts-core';
import type { Keys, Redis } from '@valuecanvas/redis';
import { factField, streamOf } from './streams.ts';

/** Facts that may wait for their owner. Beyond that, the oldest are dropped. */
const maxWaiting = 10_000;

/** Subjects that a process remembers. A forgotten subject may be recorded again too early. */
const maxSubjects = 10_000;

/** Facts that a process records per minute. Further ones are dropped. */
const maxPerMinute = 1_000;

const minuteMs = 60_000;

/** A journal of facts of which some may be lost, for recorders that cannot wait and that clients can flood. */
export interface BestEffortJournal<F extends FactDefinition> {
  /**
   * Records a fact, unless this process has recorded one of the same subject within its `dedupeMs`. Returns at once and
   * never throws.
   */
  record(subject: string, dedupeMs: number, fact: () => FactOf<F>): void;
}

/**
 * A journal that cannot fill Redis: at most 10,000 facts wait, and a process records at most 1,000 a minute. `onError`
 * receives at most one error a minute from Redis.
 */
export function createBestEffortJournal<F extends FactDefinition>(
  definition: F,
  options: {
    readonly redis: Redis;
    readonly keys: Keys;
    readonly now: () => number;
    readonly onError: (error: unknown) => void;
  },
): BestEffortJournal<F> {
  const { redis, now, onError } = options;
  const stream = streamOf(options.keys, definition);
  const duplicateUntil = new Map<string, number>();
  const mayRecord = perMinute(maxPerMinute, now);
  const mayReport = perMinute(1, now);

  const isDuplicate = (subject: string): boolean => (duplicateUntil.get(subject) ?? 0) > now();

  const remember = (subject: string, until: number): void => {
    duplicateUntil.delete(subject);
    duplicateUntil.set(subject, until);
    const [oldest] = duplicateUntil.keys();
    if (oldest !== undefined && duplicateUntil.size > maxSubjects) duplicateUntil.delete(oldest);
  };

  return {
    record(subject, dedupeMs, fact) {
      if (isDuplicate(subject) || !mayRecord()) return;
      remember(subject, now() + dedupeMs);
      redis
        .xadd(stream, 'MAXLEN', '~', maxWaiting, '*', factField, JSON.stringify(fact()))
        .catch((error: unknown) => {
          if (mayReport()) onError(error);
        });
    },
  };
}

/** Returns true for the first `times` calls in each minute of the clock. */
function perMinute(times: number, now: () => number): () => boolean {
  let minute = 0;
  let left = 0;
  return () => {
    const current = Math.floor(now() / minuteMs);
    if (current !== minute) {
      minute = current;
      left = times;
    }
    left -= 1;
    return left >= 0;
  };
}
