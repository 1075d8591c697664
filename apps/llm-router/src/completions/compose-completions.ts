import type { LlmUsage } from '@valuecanvas/contracts-llm-router';
import type { Flags } from '@valuecanvas/flags-sdk';
import { toNanos } from '@valuecanvas/money';
import { createIds, type Kit } from '@valuecanvas/service-kit';
import type { ComposedAdmission } from '../admission/compose-admission.ts';
import type { LlmRouterConfig } from '../config.ts';
import { offeredModels } from '../providers/offered-models.ts';
import { type Candidates, createModelMap, servedDefault } from '../routing/model-map.ts';
import type { ProviderClient } from '../routing/provider-client.ts';
import { createRetryDelay } from '../routing/retry.ts';
import type { SpendingRules } from '../spending/tier-limits.ts';
import { createAdmitCompletion } from './admit-completion.ts';
import { createTryCandidates } from './attempts.ts';
import type { CompletionObserver } from './observer.ts';
import { createPrepare } from './request.ts';
import { createOfflineAllowance } from './reservation.ts';
import { type Complete, createComplete } from './serve.ts';
import { createSettlementQueue } from './settlement-queue.ts';
import { createStream, type Stream } from './stream.ts';

export interface CompletionsOptions {
  readonly clients: readonly ProviderClient[];
  readonly admission: ComposedAdmission;
  readonly rules: SpendingRules;
  readonly flags: Flags;
  /** Stores rows directly in the ledger. */
  readonly insert: (rows: readonly LlmUsage[]) => Promise<void>;
  readonly observer: CompletionObserver;
  /** Called for each call whose settlement becomes pending. */
  readonly onPending: () => void;
}

export interface Completions {
  readonly complete: Complete;
  readonly stream: Stream;
  readonly candidates: Candidates;
  /** Model of requests that name none. */
  readonly defaultModel: string;
}

/** Time beyond the deadline of a request for which an answer is drained after its client has disconnected. */
const drainMarginMs = 30_000;

/** Composes whole and streamed completions. Pending settlements are made when the service stops. */
export function composeCompletions(
  { config, log, lifecycle, now }: Kit<LlmRouterConfig>,
  { clients, admission, rules, flags, insert, observer, onPending }: CompletionsOptions,
): Completions {
  const newId = createIds(now);
  const { maxEntryBytes } = admission.cache.bounds;
  const allowance = createOfflineAllowance(toNanos(config.LLM_BUDGET_WITHOUT_REDIS));
  const settlements = createSettlementQueue({
    settle: admission.admission.settle,
    insert,
    forgetCounters: admission.forgetCounters,
    onRecovered: allowance.renew,
    onPending(err) {
      onPending();
      log.warn({ err }, 'settlement: pending, Redis unavailable');
    },
    onLost: (row) => log.error({ row }, 'settlement: provider call could not be booked'),
  });
  lifecycle.onStop('drain', 'settlements', settlements.stop);
  const candidates = createModelMap({
    clients,
    offered: new Set([...offeredModels, config.LLM_DEFAULT_MODEL]),
    now,
  });
  const defaultModel = servedDefault(config.LLM_DEFAULT_MODEL, clients, candidates);
  if (defaultModel !== config.LLM_DEFAULT_MODEL) {
    const fields = { configured: config.LLM_DEFAULT_MODEL, model: defaultModel };
    log.warn(fields, 'providers: no provider serves LLM_DEFAULT_MODEL, another model is the default');
  }
  const dependencies = {
    prepare: createPrepare({
      clients,
      candidates,
      maxOutputTokens: config.LLM_MAX_OUTPUT_TOKENS,
    }),
    admitCompletion: createAdmitCompletion({
      admission: admission.admission,
      singleFlight: admission.singleFlight,
      rules,
      settlements,
      allowance,
      caching: {
        enabled: config.LLM_CACHE_ENABLED,
        flags,
        scope: config.LLM_CACHE_SCOPE,
        ttlMs: config.LLM_CACHE_TTL * 1_000,
        maxEntryBytes,
      },
      observer,
      newId,
      upgradeUrl: config.UPGRADE_URL,
      now,
    }),
    tryCandidates: createTryCandidates({
      retryDelay: createRetryDelay({ retries: config.LLM_RETRIES, random: Math.random }),
      upstream: {
        firstByteMs: config.LLM_TIMEOUT,
        stallMs: config.LLM_STALL_TIMEOUT,
        onHangup: config.LLM_ON_HANGUP,
        drainMs: config.LLM_DEADLINE + drainMarginMs,
      },
      observer,
      onLack: (lack) => log.warn(lack, 'providers: a model lacks a feature, requests are sent without it'),
      newId,
    }),
    observer,
  };
  return {
    complete: createComplete(dependencies),
    stream: createStream(dependencies, maxEntryBytes),
    candidates,
    defaultModel,
  };
}
