import type { UserCall } from '@valuecanvas/contracts-core';
import type { LedgerEntry } from '../ledger/ledger.ts';
import { costOf } from '../pricing/cost.ts';
import type { CompletionAnswer, CompletionBody } from '../providers/chat-completion.ts';
import { ProviderError, type ProviderFault } from '../providers/provider-error.ts';
import { type Tokens, tokensOf } from '../providers/tokens.ts';
import type { Candidate } from './model-map.ts';
import type { ProviderLine } from './provider-line.ts';

export interface Completion {
  readonly answer: CompletionAnswer;
  readonly provider: string;
  /** As the provider calls it. */
  readonly model: string;
  readonly tokens: Tokens;
  readonly costNanos: bigint;
}

/** A request, and the candidate that is to serve it. */
export interface Attempt {
  readonly call: UserCall;
  readonly body: CompletionBody;
  readonly promptVersionId: string | undefined;
  readonly candidate: Candidate<ProviderLine>;
  readonly asFallback: boolean;
}

export interface AttemptDependencies {
  readonly book: (call: UserCall, entry: LedgerEntry) => Promise<void>;
  /** Milliseconds to a provider's first byte. */
  readonly timeoutMs: number;
}

type Outcome = Pick<LedgerEntry, 'status' | 'errorCode' | 'tokens' | 'costNanos'>;

/** Calls one provider once, and books the call however it ends. Throws ProviderError. */
export function createAttempt({ book, timeoutMs }: AttemptDependencies) {
  return async (attempt: Attempt): Promise<Completion> => {
    const { call, body, promptVersionId, candidate, asFallback } = attempt;
    const { line, model, price } = candidate;
    const provider = line.provider.id;
    const question = JSON.stringify({ ...body, model });
    const startedAt = performance.now();
    const bookAs = (outcome: Outcome): Promise<void> => {
      const latencyMs = Math.round(performance.now() - startedAt);
      return book(call, { provider, model, promptVersionId, streamed: false, latencyMs, ...outcome });
    };
    try {
      const answer = await line.complete({ body: question, signal: call.signal, timeoutMs }, asFallback);
      const tokens = tokensOf(answer, question);
      const costNanos = costOf(price, tokens);
      await bookAs({ status: 'succeeded', tokens, costNanos });
      return { answer, provider, model, tokens, costNanos };
    } catch (error) {
      if (error instanceof ProviderError && error.fault !== 'shut_off') await bookAs(failure(error.fault));
      throw error;
    }
  };
}

function failure(fault: ProviderFault): Outcome {
  const status = fault === 'timeout' ? 'timed_out' : fault === 'cancelled' ? 'cancelled' : 'failed';
  return { status, errorCode: fault, costNanos: 0n, tokens: undefined };
}
