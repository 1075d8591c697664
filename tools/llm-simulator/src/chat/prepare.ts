import { bodyDelivery } from '../delivery/body-delivery.ts';
import type { Delivery } from '../delivery/delivery.ts';
import { errorDelivery } from '../delivery/error-delivery.ts';
import { streamDelivery } from '../delivery/stream-delivery.ts';
import type { Effect } from '../faults/effect.ts';
import { statusFault } from '../faults/status-error.ts';
import { digestOf } from '../random.ts';
import type { ChatRequest } from './chat-request.ts';
import { complete, type Identity } from './completion.ts';
import { derivedIdentity } from './identity.ts';
import { readChatRequest } from './read-chat-request.ts';
import type { Usage } from './usage.ts';

/** A parsed request, and the last answer that was prepared for it. */
export interface PreparedRequest {
  readonly request: ChatRequest;
  readonly digest: string;
  latest: { readonly effect: Effect; readonly answer: PreparedAnswer } | null;
}

/** An answer ready for delivery. The usage is null for an error. */
export interface PreparedAnswer {
  readonly id: string | null;
  readonly usage: Usage | null;
  readonly delivery: Delivery;
}

const MAX_KEPT = 256;
const MAX_KEPT_BYTES = 64 * 1024;

/**
 * Parses request bodies and keeps the last 256 of at most 64 KiB, because benchmarks send the same body many times.
 * Throws an ApiError 400 for an invalid request.
 */
export function createRequestReader(seed: number): (body: Buffer) => PreparedRequest {
  const kept = new Map<string, PreparedRequest>();
  return (body) => {
    if (body.length > MAX_KEPT_BYTES) return read(body, seed);
    const key = body.toString('latin1');
    const known = kept.get(key);
    if (known) return known;
    const fresh = read(body, seed);
    const [oldest] = kept.size < MAX_KEPT ? [] : kept.keys();
    if (oldest !== undefined) kept.delete(oldest);
    kept.set(key, fresh);
    return fresh;
  };
}

function read(body: Buffer, seed: number): PreparedRequest {
  const request = readChatRequest(body);
  return { request, digest: digestOf(seed, request.essence), latest: null };
}

/** The answer under the effect. It is prepared once as long as the effect remains the same object. */
export function prepareAnswer(
  prepared: PreparedRequest,
  effect: Effect,
  identity: Identity | null,
): PreparedAnswer {
  const withoutContent = failureFor(effect);
  if (withoutContent) return { id: null, usage: null, delivery: withoutContent };
  if (identity) return answerFor(prepared, effect, identity);
  if (prepared.latest?.effect === effect) return prepared.latest.answer;
  const answer = answerFor(prepared, effect, derivedIdentity(prepared.digest));
  prepared.latest = { effect, answer };
  return answer;
}

function failureFor(effect: Effect): Delivery | null {
  if (effect.fault === 'hang' || effect.fault === 'reset') return { kind: effect.fault };
  const status = statusFault(effect);
  return status && errorDelivery(status);
}

function answerFor({ request, digest }: PreparedRequest, effect: Effect, identity: Identity): PreparedAnswer {
  const completion = complete(request, digest, identity, effect);
  const requestId = `req_${identity.id.slice(-29)}`;
  const shape = { tokensPerChunk: effect.tokensPerChunk, includeUsage: request.includeUsage };
  const delivery = request.stream
    ? streamDelivery(completion, effect, shape, requestId)
    : bodyDelivery(completion, effect.fault, requestId);
  return { id: identity.id, usage: completion.usage, delivery };
}
