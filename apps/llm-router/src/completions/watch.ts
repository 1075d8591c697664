import type { UserCall } from '@valuecanvas/contracts-core';
import type { Admission } from '../admission/admission-request.ts';
import type { ProviderError } from '../providers/provider-error.ts';
import type { AnswerFacts } from './answer-record.ts';
import type { Attempt } from './attempt.ts';
import type { CompletionRequest } from './completion-request.ts';
import type { Source } from './whole-completion.ts';

/** When a request came, and for how long of its time a provider was waited for. */
export interface Timing {
  /** By the monotonic clock. */
  readonly startedAt: number;
  readonly waitedMs: number;
}

/** Who watches what becomes of requests, for metrics and traces. */
export interface CompletionWatch {
  /** A provider is about to be called. */
  calling(request: CompletionRequest, attempt: Attempt): CallWatch;
  /** After `failed`, the same provider is tried again, or another one: `next`. */
  again(failed: Attempt, next: Attempt, error: ProviderError): void;
  /** A request was answered, by whomever. */
  answered(source: Source, timing: Timing): void;
  /** A request was refused before any provider was asked. */
  refused(admission: Admission, call: UserCall): void;
}

/** What an answer says of itself beside its content. */
export interface AnswerLabels {
  readonly id: string | undefined;
  readonly model: string | undefined;
  readonly finishReasons: readonly string[];
}

/** Who watches one call of a provider; it ends once. */
export interface CallWatch {
  /** Runs the call, so that what it does is seen as its part. */
  within<T>(work: () => T): T;
  /** Of a stream. */
  firstEvent(): void;
  succeeded(facts: AnswerFacts, labels: AnswerLabels): void;
  failed(error: ProviderError): void;
}
