import type { Source } from '../completions/answer.ts';
import type { CallObserver, CompletionObserver } from '../completions/observer.ts';
import { wasCalled } from '../providers/provider-error.ts';
import { errorTypeOf } from './error-types.ts';
import type { CacheOutcome, Meters } from './meters.ts';
import { recordFailover, recordRetry, startModelSpan } from './spans.ts';

/** Creates the observer that records metrics, traces and cache counts of completions. */
export function observeCompletions(meters: Meters, cacheCounts: CacheCounts): CompletionObserver {
  return {
    calling({ body }, { candidate }): CallObserver {
      const { provider } = candidate.client;
      const { model } = candidate;
      const span = startModelSpan(provider, model, body);
      const startedAt = performance.now();
      const seconds = () => (performance.now() - startedAt) / 1_000;
      return {
        within: span.within,
        firstEvent() {
          meters.firstChunk(provider.id, model, seconds());
          if (span.recording) span.firstChunk(seconds());
        },
        succeeded({ tokens, costNanos }, { id, model: responseModel, finishReasons }) {
          meters.callEnded(provider.id, model, seconds(), undefined);
          meters.used(provider.id, model, tokens, costNanos);
          if (span.recording) span.end({ tokens, costNanos, responseId: id, responseModel, finishReasons });
        },
        failed(error) {
          const failure = errorTypeOf(error.fault);
          if (wasCalled(error)) meters.callEnded(provider.id, model, seconds(), failure);
          if (span.recording) span.end({ failure });
        },
      };
    },

    again(failed, next, { fault }) {
      const { provider } = failed.candidate.client;
      const reason = errorTypeOf(fault);
      if (next.candidate === failed.candidate) {
        meters.retried(provider.id, failed.candidate.model, reason);
        recordRetry(provider.id, reason);
      } else {
        meters.failedOver(provider.id, failed.candidate.model, reason);
        recordFailover(provider.id, reason);
      }
    },

    answered(source, { startedAt, waitedMs }) {
      cacheCounts.answered(source);
      meters.cache(cacheOutcomeOf(source));
      const isWaitingForAnother = source.kind === 'cache' && source.followed;
      if (!isWaitingForAnother) meters.overhead((performance.now() - startedAt - waitedMs) / 1_000);
    },

    refused(admission) {
      if (admission.kind === 'limited') meters.refusedByLimit(admission.limit);
      if (admission.kind === 'over_budget') meters.refusedByBudget(admission);
    },
  };
}

function cacheOutcomeOf(source: Source): CacheOutcome {
  switch (source.kind) {
    case 'provider':
      return source.asked ? 'miss' : 'bypass';
    case 'cache':
      return source.followed ? 'followed' : 'hit';
    case 'replay':
      return 'replay';
  }
}

export interface CacheFigures {
  readonly hits: number;
  readonly misses: number;
  /** Share of hits among all lookups; 0 without lookups. */
  readonly hitRate: number;
}

/** Counts cache lookups and hits since the start. */
export interface CacheCounts {
  answered(source: Source): void;
  figures(): CacheFigures;
}

export function createCacheCounts(): CacheCounts {
  let hits = 0;
  let misses = 0;
  return {
    answered(source) {
      if (source.kind === 'cache') hits += 1;
      if (source.kind === 'provider' && source.asked) misses += 1;
    },
    figures: () => ({ hits, misses, hitRate: hits === 0 ? 0 : hits / (hits + misses) }),
  };
}
