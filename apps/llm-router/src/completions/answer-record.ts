import { AppError, type ErrorCode } from '@valuecanvas/contracts-core';
import type { Tokens } from '../providers/tokens.ts';

/** Metadata of an answer. */
export interface AnswerFacts {
  /** Id of the provider, or `cache`. */
  readonly provider: string;
  /** The provider's name of the model. */
  readonly model: string;
  readonly tokens: Tokens;
  readonly costNanos: bigint;
  readonly latencyMs: number;
}

/** An answer as stored in the cache and under idempotency keys: its metadata and the provider's own bytes. */
export interface AnswerRecord {
  readonly facts: AnswerFacts;
  /** A whole answer as JSON, or the events of a stream. */
  readonly text: Buffer;
}

/** Serializes a line of metadata, then the text, which needs neither escaping nor parsing. */
export function writeRecord(facts: AnswerFacts, text: string): string {
  return `${JSON.stringify({ ...facts, costNanos: facts.costNanos.toString() })}\n${text}`;
}

const lineFeed = 10;

/** Reads the output of `writeRecord` or `writeRefusal`. Throws a stored refusal. */
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

/** Header of an answer replayed for an idempotency key. */
export const replayed = { 'idempotent-replayed': 'true' } as const;

/** Serializes a final refusal for an idempotency key. */
export function writeRefusal({ code, message, details }: AppError): string {
  return JSON.stringify({ refusal: { code, message, details } satisfies Refusal });
}
