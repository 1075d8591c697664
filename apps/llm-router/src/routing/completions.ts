import { AppError, type UserCall } from '@valuecanvas/contracts-core';
import type { LedgerEntry } from '../ledger/ledger.ts';
import { costOf } from '../pricing/cost.ts';
import { free, type ModelPrice, priceOf } from '../pricing/prices.ts';
import {
  type CompletionAnswer,
  type CompletionBody,
  type Tokens,
  tokensOf,
} from '../providers/chat-completion.ts';
import { ProviderError } from '../providers/provider-error.ts';
import { toAppError } from './failover-error.ts';
import { type Candidate, candidatesFor } from './model-map.ts';
import type { ProviderLine } from './provider-line.ts';

export interface Completion {
  readonly answer: CompletionAnswer;
  readonly provider: string;
  /** As the provider calls it. */
  readonly model: string;
  readonly tokens: Tokens;
  readonly costNanos: bigint;
  readonly latencyMs: number;
}

/** Serves a request with the first provider that can, and books every call that it takes. */
export type Complete = (
  call: UserCall,
  body: CompletionBody,
  promptVersionId?: string,
) => Promise<Completion>;

export interface CompletionDependencies {
  readonly lines: readonly ProviderLine[];
  /** Throws where nothing could be booked: then nothing may be spent. */
  readonly assertRoom: () => Promise<void>;
  readonly book: (call: UserCall, entry: LedgerEntry) => Promise<void>;
  /** Milliseconds to a provider's first byte. */
  readonly timeoutMs: number;
  readonly now: () => number;
}

/** Throws AppError: VALIDATION_FAILED for a model or request that nobody takes, else what the providers' failures add up to. */
export function createComplete(dependencies: CompletionDependencies): Complete {
  const { lines, assertRoom, book, timeoutMs, now } = dependencies;
  const providers = lines.map(({ provider }) => provider);

  const attempt = async (
    call: UserCall,
    body: CompletionBody,
    { provider, model }: Candidate,
    line: ProviderLine,
    asFallback: boolean,
    promptVersionId: string | undefined,
  ): Promise<Completion> => {
    const price = priceAt(provider.priceId, model, now());
    const text = JSON.stringify({ ...body, model });
    const startedAt = performance.now();
    const entry = { provider: provider.id, model, promptVersionId, streamed: false };
    const allowedMs = Math.max(1, Math.min(timeoutMs, call.remainingMs()));
    try {
      const answer = await line.complete(
        { body: text, signal: call.signal, timeoutMs: allowedMs },
        asFallback,
      );
      const latencyMs = Math.round(performance.now() - startedAt);
      const tokens = tokensOf(answer, text);
      const costNanos = costOf(price, tokens);
      await book(call, { ...entry, status: 'succeeded', tokens, costNanos, latencyMs });
      return { answer, provider: provider.id, model, tokens, costNanos, latencyMs };
    } catch (error) {
      if (error instanceof ProviderError) {
        await book(call, {
          ...entry,
          ...outcomeOf(error),
          latencyMs: Math.round(performance.now() - startedAt),
        });
      }
      throw error;
    }
  };

  return async (call, body, promptVersionId) => {
    const candidates = candidatesFor(providers, body.model);
    if (candidates.length === 0) throw unknownModel(body.model);
    await assertRoom();
    const failures: ProviderError[] = [];
    for (const [index, candidate] of candidates.entries()) {
      const line = lines.find(({ provider }) => provider === candidate.provider);
      if (!line) continue;
      try {
        return await attempt(call, body, candidate, line, index > 0, promptVersionId);
      } catch (error) {
        if (!(error instanceof ProviderError)) throw error;
        failures.push(error);
        if (error.fault === 'caller' || error.fault === 'cancelled' || call.remainingMs() === 0) break;
      }
    }
    throw toAppError(failures, call);
  };
}

function priceAt(priceId: string | undefined, model: string, time: number): ModelPrice {
  if (priceId === undefined) return free;
  const price = priceOf(priceId, model, new Date(time));
  if (price) return price;
  throw new AppError('VALIDATION_FAILED', {
    message: `No price is known for ${model}, so it cannot be used.`,
    details: [{ path: 'model', message: 'has no known price' }],
  });
}

function outcomeOf({
  fault,
}: ProviderError): Pick<LedgerEntry, 'status' | 'errorCode' | 'costNanos' | 'tokens'> {
  const status = fault === 'timeout' ? 'timed_out' : fault === 'cancelled' ? 'cancelled' : 'failed';
  return { status, errorCode: fault, costNanos: 0n, tokens: undefined };
}

function unknownModel(model: string): AppError {
  return new AppError('VALIDATION_FAILED', {
    message: `No provider serves the model ${model}: GET /v1/models lists those that are.`,
    details: [{ path: 'model', message: 'is not served by any provider' }],
  });
}
