import { hash } from 'node:crypto';
import type { UserCall, UserPrincipal } from '@valuecanvas/contracts-core';
import type { IdempotencyKey } from '../admission/types.ts';
import { highestPriceFor, type ModelPrice } from '../pricing/model-price.ts';
import { coversSound, maxCost, soundOf, type UsageUpperBound, upperBoundOf } from '../pricing/upper-bound.ts';
import type { CompletionBody } from '../protocol/completion.ts';
import { additions } from '../providers/additions.ts';
import { type Features, withoutFeatures } from '../providers/features.ts';
import { toBody } from '../providers/to-body.ts';
import type { Candidate } from '../routing/model-map.ts';
import type { ProviderClient } from '../routing/provider-client.ts';
import { unknownModelError, unpricedError } from './errors.ts';

/** Cache mode of a request: read and write, write only, or bypass. */
export type Caching = 'use' | 'refresh' | 'none';

/** A completion request of any dialect. */
export interface CompletionRequest {
  readonly call: UserCall;
  /** Body in OpenAI's form; `stream` selects the kind of answer. */
  readonly body: CompletionBody;
  readonly caching: Caching;
  /** Identity of the request across repetitions. */
  readonly idempotency: IdempotencyKey | undefined;
  readonly promptVersionId: string | undefined;
  /** True if a provider's refusal of the JSON schema itself is the caller's error, false if the schema is only described. */
  readonly isSchemaBinding: boolean;
}

/** Parses the cache mode from a cache-control header (RFC 9111, section 5.2.1). */
export function cachingOf(cacheControl: string | undefined): Caching {
  if (cacheControl === undefined) return 'use';
  const directives = cacheControl.toLowerCase();
  if (directives.includes('no-store')) return 'none';
  // A client that accepts no stored answer of any age, such as a browser that reloads, asks for a new one.
  const acceptsNoAge = /(?:^|,)\s*max-age\s*=\s*"?0+"?\s*(?:,|$)/.test(directives);
  return acceptsNoAge || directives.includes('no-cache') ? 'refresh' : 'use';
}

/**
 * Identifies a request with an idempotency key. The same body for another operation, or for an answer in another `form`, is
 * a different request.
 */
export function idempotencyOf(
  call: {
    readonly operation: string;
    readonly idempotencyKey: string | undefined;
    readonly bodyText: string | undefined;
  },
  form = '',
): IdempotencyKey | undefined {
  const { operation, idempotencyKey: key, bodyText = '' } = call;
  if (key === undefined) return undefined;
  return { key, bodyHash: hash('sha256', `${operation}\n${form}${bodyText}`) };
}

/** Bytes by which bodies of one request may differ: model names, the output limit's field, and the instruction that replaces a format. */
const bodyMarginBytes = 512;

/** A provider that can serve a request, with the call's maximum cost. */
export interface PreparedCandidate extends Candidate<ProviderClient> {
  readonly upperBound: UsageUpperBound;
  /** For any service tier in which it may be answered. */
  readonly highestPrice: ModelPrice;
  readonly maxCostNanos: bigint;
  /** JSON body for this provider, without the given features. */
  bodyText(lacked: Features): string;
}

/** A request prepared for admission. */
export interface Prepared {
  readonly request: CompletionRequest;
  readonly streamed: boolean;
  /** In order of preference; empty if no provider is configured. */
  readonly candidates: readonly PreparedCandidate[];
  /** Maximum usage and cost over all candidates. */
  readonly maxTokens: number;
  readonly maxCostNanos: bigint;
  /** Equal for identical requests. */
  readonly question: string;
}

/** One provider call of a request. */
export interface Attempt {
  /** Id of its row in the ledger. */
  readonly id: string;
  readonly candidate: PreparedCandidate;
  /** On the monotonic clock. */
  readonly startedAt: number;
  /** True if another provider has failed before. */
  readonly asFallback: boolean;
  /** Features that the request must do without. */
  readonly lacked: Features;
}

export function newAttempt(candidate: PreparedCandidate, id: string, asFallback = false): Attempt {
  const lacked = candidate.client.learned.lackedBy(candidate.model) ?? candidate.lacks;
  return { id, candidate, startedAt: performance.now(), asFallback, lacked };
}

export interface PrepareDependencies {
  readonly clients: readonly ProviderClient[];
  readonly candidates: (body: CompletionBody) => readonly Candidate<ProviderClient>[];
  /** Default limit of output tokens. */
  readonly maxOutputTokens: number;
}

/** Throws MODEL_NOT_FOUND for an unknown model, and VALIDATION_FAILED for a service tier or audio without a known price. */
export function createPrepare({ clients, candidates, maxOutputTokens }: PrepareDependencies) {
  return (request: CompletionRequest): Prepared => {
    const { body } = request;
    const serving = candidates(body);
    if (serving.length === 0 && clients.length > 0) throw unknownModelError(body.model);
    const found = withPrices(serving, body);
    const streamed = body.stream === true;
    const drafts = found.map((candidate) => {
      const { client, model, capabilities } = candidate;
      const limit = Math.min(maxOutputTokens, capabilities.maxOutputTokens ?? maxOutputTokens);
      const options = { model, maxOutputTokens: limit, stream: streamed };
      const textOf = (sent: CompletionBody, lacked?: Features) =>
        JSON.stringify(toBody(client.provider, sent, lacked ? { ...options, lacked } : options));
      const whole = once(() => textOf(body));
      const bodyText = (lacked: Features) => {
        const sent = withoutFeatures(body, lacked);
        return sent === body && !lacksAddition(lacked) ? whole() : textOf(sent, lacked);
      };
      return { candidate, whole, bodyText };
    });
    const first = drafts[0]?.whole() ?? '';
    const bytes = Buffer.byteLength(first) + bodyMarginBytes;
    const prepared = drafts.map(({ candidate, bodyText }) => {
      const upperBound = upperBoundOf({ body, bytes, model: candidate.model, maxOutputTokens });
      const maxCostNanos = maxCost(candidate.highestPrice, upperBound);
      return { ...candidate, upperBound, maxCostNanos, bodyText };
    });
    return {
      request,
      streamed,
      candidates: prepared,
      maxTokens: Math.max(
        0,
        ...prepared.map(({ upperBound }) => upperBound.promptTokens + upperBound.completionTokens),
      ),
      maxCostNanos: prepared.reduce(
        (most, { maxCostNanos }) => (maxCostNanos > most ? maxCostNanos : most),
        0n,
      ),
      question: hash('sha256', first),
    };
  };
}

const lacksAddition = (lacked: Features) => lacked.size > 0 && additions.some((each) => lacked.has(each));

/** Drops candidates whose price is unknown. */
function withPrices(serving: readonly Candidate<ProviderClient>[], body: CompletionBody) {
  const inTier = serving.flatMap((candidate) => {
    const highestPrice = highestPriceFor(candidate.client.provider, candidate, body.service_tier);
    return highestPrice ? [{ ...candidate, highestPrice }] : [];
  });
  if (inTier.length === 0 && serving.length > 0) throw unpricedError(body.model, 'service_tier');
  const sound = soundOf(body);
  const found = inTier.filter(({ highestPrice }) => coversSound(highestPrice, sound));
  if (found.length === 0 && inTier.length > 0)
    throw unpricedError(body.model, sound.spoken ? 'modalities' : 'messages');
  return found;
}

/** Computes the cache key: a hash of everything that affects the answer, and of the cache scope. */
export function cacheKeyOf(
  { question }: Prepared,
  { userId }: UserPrincipal,
  scope: 'user' | 'shared',
): string {
  return scope === 'user' ? `${userId}:${question}` : question;
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
