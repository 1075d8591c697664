import { hash } from 'node:crypto';
import type { Keys } from '@valuecanvas/redis';

/** Time for which a final answer can be replayed. */
export const answerKeptMs = 24 * 60 * 60 * 1_000;

/** Size of the largest stored answer; a larger one frees its key. */
const maxAnswerBytes = 4 * 1024 * 1024;

/** Retry delay for a request whose first use is still in flight. */
export const inFlightRetryMs = 1_000;

export function claimKey(keys: Keys, userId: string, key: string): string {
  return keys('idem', userId, hash('sha256', key));
}

/** Script arguments: whether there is an answer to store, and the answer. */
export function answerArguments(answer: string | undefined): [hasAnswer: number, answer: string] {
  return answer === undefined || Buffer.byteLength(answer) > maxAnswerBytes ? [0, ''] : [1, answer];
}
