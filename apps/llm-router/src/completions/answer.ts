import { AppError, type ErrorCode } from '@valuecanvas/contracts-core';
import { toDecimalDollars } from '@valuecanvas/money';
import { estimateTokens } from '../pricing/estimate.ts';
import { costOf, priceInTier } from '../pricing/model-price.ts';
import type { Reported } from '../protocol/completion.ts';
import { readPromptTokens, readTokens, type Tokens } from '../protocol/tokens.ts';
import type { Attempt } from './request.ts';

/** Usage and cost of an answer. */
export interface Outcome {
  readonly tokens: Tokens;
  readonly costNanos: bigint;
}

/**
 * Computes usage and cost from the provider's counts. What the provider did not count is estimated from the bytes of the prompt
 * and of the received content.
 */
export function outcomeOf(
  { candidate, lacked }: Attempt,
  { usage, tier, answerBytes, bytesAfterUsage = 0 }: Reported,
): Outcome {
  const { client, highestPrice, upperBound } = candidate;
  const price = priceInTier(client.provider, candidate, tier) ?? highestPrice;
  const counted = readTokens(usage);
  if (counted && bytesAfterUsage === 0) return { tokens: counted, costNanos: costOf(price, counted) };
  const tokens = estimateTokens(upperBound, {
    questionBytes: Buffer.byteLength(candidate.bodyText(lacked)),
    answerBytes: counted ? bytesAfterUsage : answerBytes,
    counted: counted ?? readPromptTokens(usage),
  });
  return { tokens, costNanos: costOf(price, tokens) };
}

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

/** Builds an answer's metadata, given its latency in milliseconds. */
export function factsOf({ candidate }: Attempt, outcome: Outcome, latencyMs: number): AnswerFacts {
  return {
    provider: candidate.client.provider.id,
    model: candidate.model,
    ...outcome,
    latencyMs: Math.round(latencyMs),
  };
}

/** An answer as stored in the cache and under idempotency keys: its metadata and the provider's own bytes. */
export interface AnswerRecord {
  readonly facts: AnswerFacts;
  /** A whole answer as JSON, or the events of a stream. */
  readonly text: Buffer;
}

/** Serializes the metadata in one line, then the text, which needs neither escaping nor parsing. */
export function writeRecord(facts: AnswerFacts, text: string): string {
  return `${JSON.stringify({ ...facts, costNanos: facts.costNanos.toString() })}\n${text}`;
}

const lineFeed = 10;

/** Reads the output of `writeRecord` or `writeRefusal`. Throws a stored refusal. */
export function readRecord(record: Buffer | string): AnswerRecord {
  const bytes = typeof record === 'string' ? Buffer.from(record) : record;
  const end = bytes.indexOf(lineFeed);
  const head = JSON.parse(bytes.toString('utf8', 0, end < 0 ? bytes.length : end)) as Head;
  if (head.refusal) throw new AppError(head.refusal.code, { ...head.refusal, headers: replayedHeaders });
  return { facts: { ...head, costNanos: BigInt(head.costNanos) }, text: bytes.subarray(end + 1) };
}

type Head = Omit<AnswerFacts, 'costNanos'> & { readonly costNanos: string; readonly refusal?: Refusal };

interface Refusal {
  readonly code: ErrorCode;
  readonly message: string;
  readonly details?: unknown;
}

/** Serializes a final refusal for an idempotency key. */
export function writeRefusal({ code, message, details }: AppError): string {
  return JSON.stringify({ refusal: { code, message, details } satisfies Refusal });
}

/** The source of an answer. */
export type Source =
  /** `asked`: whether the cache was consulted first. */
  | { readonly kind: 'provider'; readonly asked: boolean }
  /** `followed`: this request waited for the answer of an identical one. */
  | { readonly kind: 'cache'; readonly ageMs: number; readonly followed: boolean }
  /** The stored answer of an earlier request with the same idempotency key. */
  | { readonly kind: 'replay' };

/** Builds the headers for source and cost. At the head of a stream the cost is not known yet. */
export function answerHeaders(
  source: Source,
  { provider, model, costNanos }: Pick<AnswerFacts, 'provider' | 'model'> & Partial<AnswerFacts>,
): Record<string, string> {
  return {
    'x-llm-provider': provider,
    'x-llm-model': headerText(model),
    ...(costNanos === undefined ? {} : { 'x-llm-cost': toDecimalDollars(costNanos) }),
    ...sourceHeaders(source),
  };
}

/** Percent-encodes a name that a header cannot carry as it is (RFC 9110, section 5.5). */
function headerText(name: string): string {
  return /^[!-~]+$/.test(name) ? name : encodeURI(name.toWellFormed());
}

function sourceHeaders(source: Source): Record<string, string> {
  switch (source.kind) {
    case 'provider':
      return { 'x-llm-cached': source.asked ? 'miss' : 'bypass' };
    case 'cache':
      return { 'x-llm-cached': 'hit', age: String(Math.max(0, Math.floor(source.ageMs / 1_000))) };
    case 'replay':
      return replayedHeaders;
  }
}

const replayedHeaders = { 'idempotent-replayed': 'true' } as const;
