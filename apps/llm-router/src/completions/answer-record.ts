import { AppError, type ErrorCode } from '@valuecanvas/contracts-core';
import type { Tokens } from '../providers/tokens.ts';

/** What is told of an answer beside the answer itself. */
export interface AnswerFacts {
  /** Who answered; `cache` where nobody had to. */
  readonly provider: string;
  /** As the provider calls it. */
  readonly model: string;
  readonly tokens: Tokens;
  readonly costNanos: bigint;
  readonly latencyMs: number;
}

/** An answer as it is kept in the cache and under idempotency keys: its facts and the provider's own bytes. */
export interface AnswerRecord {
  readonly facts: AnswerFacts;
  /** A whole answer as JSON, or the events of a stream. */
  readonly text: Buffer;
}

/** One line of facts, then the text: nothing has to be escaped or parsed to hand the text on. */
export function writeRecord(facts: AnswerFacts, text: string): string {
  return `${JSON.stringify({ ...facts, costNanos: facts.costNanos.toString() })}\n${text}`;
}

const lineFeed = 10;

/** Reads what `writeRecord` or `writeRefusal` wrote; throws the refusal where it is one. */
export function readRecord(record: Buffer | string): AnswerRecord {
  const bytes = typeof record === 'string' ? Buffer.from(record) : record;
  const end = bytes.indexOf(lineFeed);
  const head = JSON.parse(bytes.toString('utf8', 0, end < 0 ? bytes.length : end)) as Head;
  if (head.refusal) throw new AppError(head.refusal.code, { ...head.refusal, headers: replayed });
  return { facts: { ...head, costNanos: BigInt(head.costNanos) }, text: bytes.subarray(end + 1) };
}

type Head = Omit<AnswerFacts, 'costNanos'> & { readonly costNanos: string; readonly refusal?: Refusal };

interface Refusal {
  readonly code: ErrorCode;
  readonly message: string;
  readonly details?: unknown;
}

/** Says that an answer is the stored one of an earlier request with the same idempotency key. */
export const replayed = { 'idempotent-replayed': 'true' } as const;

/** A final refusal, as it is kept under an idempotency key. */
export function writeRefusal({ code, message, details }: AppError): string {
  return JSON.stringify({ refusal: { code, message, details } satisfies Refusal });
}
