import type { FactDefinition, FactOf } from '@valuecanvas/contracts-core';
import type { Keys, Redis } from '@valuecanvas/redis';
import { factField, streamOf } from './streams.ts';

/** Facts that may wait for their owner; the oldest make room. */
const maxWaiting = 10_000;

/** Subjects that a process remembers; beyond them, the oldest may have another fact too early. */
const maxSubjects = 10_000;

/** Facts that a process records in a minute; the others of that minute are dropped. */
const maxPerMinute = 1_000;

const minuteMs = 60_000;

/** Where facts are told of which some may be lost, by whoever cannot wait and can be made to tell them without end. */
export interface SparseJournal<F extends FactDefinition> {
  /**
   * Records a fact unless this process has recorded one of the same subject within its last `restMs`. Returns at once
   * and never throws.
   */
  note(subject: string, restMs: number, fact: () => FactOf<F>): void;
}

/**
 * A journal that nobody can fill: 10,000 facts wait at most, of which the oldest make room, and a process records 1,000
 * a minute at most. `onError` is told at most once a minute that Redis did not take a fact.
 */
export function createSparseJournal<F extends FactDefinition>(
  definition: F,
  options: {
    readonly redis: Redis;
    readonly keys: Keys;
    readonly now: () => number;
    readonly onError: (error: unknown) => void;
  },
): SparseJournal<F> {
  const { redis, now, onError } = options;
  const stream = streamOf(options.keys, definition);
  const restsUntil = new Map<string, number>();
  const mayRecord = perMinute(maxPerMinute, now);
  const mayTell = perMinute(1, now);

  const rests = (subject: string): boolean => (restsUntil.get(subject) ?? 0) > now();

  const rest = (subject: string, until: number): void => {
    restsUntil.delete(subject);
    restsUntil.set(subject, until);
    const [oldest] = restsUntil.keys();
    if (oldest !== undefined && restsUntil.size > maxSubjects) restsUntil.delete(oldest);
  };

  return {
    note(subject, restMs, fact) {
      if (rests(subject) || !mayRecord()) return;
      rest(subject, now() + restMs);
      redis
        .xadd(stream, 'MAXLEN', '~', maxWaiting, '*', factField, JSON.stringify(fact()))
        .catch((error: unknown) => {
          if (mayTell()) onError(error);
        });
    },
  };
}

/** True so many times in a minute of the clock. */
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
