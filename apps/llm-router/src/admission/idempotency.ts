import { hash } from 'node:crypto';
import type { Keys } from '@valuecanvas/redis';

/** Milliseconds for which a final answer can be replayed. */
export const answerKeptMs = 24 * 60 * 60 * 1_000;

/** Bytes of the largest answer that is kept; a larger one leaves its key free. */
const maxAnswerBytes = 4 * 1024 * 1024;

/** Milliseconds after which a caller may ask again for an answer that is being made. */
export const inFlightRetryMs = 1_000;

export function claimKey(keys: Keys, userId: string, key: string): string {
  return keys('idem', userId, hash('sha256', key));
}

/** Whether there is an answer to keep, and the answer, as scripts take it. */
export function answerArguments(answer: string | undefined): [hasAnswer: number, answer: string] {
  return answer === undefined || Buffer.byteLength(answer) > maxAnswerBytes ? [0, ''] : [1, answer];
}
