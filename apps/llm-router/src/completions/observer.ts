import type { UserCall } from '@valuecanvas/contracts-core';
import type { Admission } from '../admission/types.ts';
import type { ProviderError } from '../providers/provider-error.ts';
import type { AnswerFacts, Source } from './answer.ts';
import type { Attempt, CompletionRequest } from './request.ts';

/** Arrival of a request, and the time spent waiting for providers. */
export interface Timing {
  /** On the monotonic clock. */
  readonly startedAt: number;
  readonly waitedMs: number;
}

/** Observes requests, for metrics and traces. */
export interface CompletionObserver {
  /** A provider is about to be called. */
  calling(request: CompletionRequest, attempt: Attempt): CallObserver;
  /** After `failed`, the same provider is retried, or another one is tried: `next`. */
  again(failed: Attempt, next: Attempt, error: ProviderError): void;
  /** A request was answered by a provider or the cache. */
  answered(source: Source, timing: Timing): void;
  /** A request was refused before any provider call. */
  refused(admission: Admission, call: UserCall): void;
}

/** Metadata of an answer. */
export interface AnswerLabels {
  readonly id: string | undefined;
  readonly model: string | undefined;
  readonly finishReasons: readonly string[];
}

/** Observes one provider call, which ends once. */
export interface CallObserver {
  /** Runs the call within its trace context. */
  within<T>(work: () => T): T;
  /** Of a stream. */
  firstEvent(): void;
  succeeded(facts: AnswerFacts, labels: AnswerLabels): void;
  failed(error: ProviderError): void;
}
