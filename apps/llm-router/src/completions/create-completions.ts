import type { LlmUsage } from '@valuecanvas/contracts-llm-router';
import type { AdmissionControl } from '../admission/admission.ts';
import type { SingleFlight } from '../admission/single-flight.ts';
import type { CompletionBody } from '../providers/chat-completion.ts';
import type { Candidate } from '../routing/model-map.ts';
import type { ProviderLine } from '../routing/provider-line.ts';
import type { RetryDelay } from '../routing/retry.ts';
import { createAllowance } from './allowance.ts';
import { createTryInTurn } from './attempts.ts';
import type { CachingRules } from './caching-rules.ts';
import { type Complete, createComplete } from './complete.ts';
import { createEnter, type SpendingRules } from './enter.ts';
import { createSettling, type Settling } from './late-settlements.ts';
import { createPrepare } from './prepare.ts';
import { createStream, type Stream } from './stream.ts';
import type { UpstreamRules } from './upstream.ts';
import type { CompletionWatch } from './watch.ts';

export interface CompletionsOptions {
  readonly lines: readonly ProviderLine[];
  readonly candidates: (body: CompletionBody) => readonly Candidate<ProviderLine>[];
  readonly admission: Pick<AdmissionControl, 'admit' | 'settle' | 'storeAnswer'>;
  readonly singleFlight: SingleFlight;
  readonly rules: SpendingRules;
  readonly caching: CachingRules;
  readonly upstream: UpstreamRules;
  readonly retryDelay: RetryDelay;
  /** Default limit of output tokens. */
  readonly maxOutputTokens: number;
  /** Nano-dollars that this process may spend while Redis is unavailable. */
  readonly allowanceNanos: bigint;
  /** Stores rows directly in the ledger. */
  readonly insert: (rows: readonly LlmUsage[]) => Promise<void>;
  /** Deletes a user's spent counters in Redis. */
  readonly forgetCounters: (userId: string) => Promise<void>;
  readonly onLate: (error: unknown) => void;
  readonly onLost: (row: LlmUsage) => void;
  readonly watch: CompletionWatch;
  readonly newId: () => string;
  readonly traceId: () => string | undefined;
  readonly upgradeUrl: string;
  readonly now: () => number;
}

/** Composes the completion service. */
export interface Completions {
  readonly complete: Complete;
  readonly stream: Stream;
  readonly settling: Settling;
}

export function createCompletions(options: CompletionsOptions): Completions {
  const allowance = createAllowance(options.allowanceNanos);
  const settling = createSettling({
    ...options,
    settle: options.admission.settle,
    onMadeUp: allowance.renew,
  });
  const dependencies = {
    prepare: createPrepare(options),
    enter: createEnter({ ...options, settling, allowance }),
    tryInTurn: createTryInTurn(options),
    upstream: options.upstream,
    watch: options.watch,
    maxKeptBytes: options.caching.maxEntryBytes,
  };
  return { complete: createComplete(dependencies), stream: createStream(dependencies), settling };
}
