import { trace } from '@opentelemetry/api';
import { AppError, type UserPrincipal } from '@valuecanvas/contracts-core';
import { type Flags, userContext } from '@valuecanvas/flags-sdk';
import type { AdmissionControl } from '../admission/admission.ts';
import { admitOrFollow, type SingleFlight } from '../admission/single-flight.ts';
import type { Admission, AdmissionRequest } from '../admission/types.ts';
import { type RowBasis, rowBasis } from '../ledger/ledger-row.ts';
import type { SpendingRules } from '../spending/tier-limits.ts';
import { type AnswerFacts, type AnswerRecord, readRecord, type Source, writeRecord } from './answer.ts';
import { admissionError, providersError } from './errors.ts';
import type { CompletionObserver } from './observer.ts';
import { type Attempt, cacheKeyOf, newAttempt, type Prepared } from './request.ts';
import {
  hitRow,
  lostRow,
  type OfflineAllowance,
  offlineReservation,
  type Reservation,
  redisReservation,
} from './reservation.ts';
import type { SettlementQueue } from './settlement-queue.ts';

/** The flag that switches caching on or off for a user. */
const cachingFlag = 'llm_caching';

/** Cache settings: for which users, for how long, and up to which size answers are stored. */
export interface CachingRules {
  readonly enabled: boolean;
  /** Evaluates the flag `llm_caching`. */
  readonly flags: Pick<Flags, 'isEnabled'>;
  readonly scope: 'user' | 'shared';
  readonly ttlMs: number;
  readonly maxEntryBytes: number;
}

export interface AdmitDependencies {
  readonly admission: Pick<AdmissionControl, 'admit' | 'storeAnswer'>;
  readonly singleFlight: SingleFlight;
  readonly rules: SpendingRules;
  readonly settlements: SettlementQueue;
  readonly allowance: OfflineAllowance;
  readonly caching: CachingRules;
  readonly observer: CompletionObserver;
  /** Creates row ids (UUIDv7). */
  readonly newId: () => string;
  readonly upgradeUrl: string;
  readonly now: () => number;
}

/** Outcome of admission: an existing answer, or permission to call providers. */
export type AdmissionOutcome =
  | { readonly kind: 'stored'; readonly source: Source; readonly record: AnswerRecord }
  | {
      readonly kind: 'admitted';
      readonly first: Attempt;
      readonly reservation: Reservation;
      /** True if the answer is shared. */
      readonly isCached: boolean;
      /** True if the cache was consulted. */
      readonly asked: boolean;
    };

/** Admits a request, or throws the refusal. Waits for the answer of an identical call in flight. */
export function createAdmitCompletion(dependencies: AdmitDependencies) {
  const { admission, singleFlight, rules, settlements, allowance, caching, observer, newId, now } =
    dependencies;

  const isCachingOn = (user: UserPrincipal): boolean =>
    caching.enabled && caching.flags.isEnabled(cachingFlag, userContext(user), true);

  const admissionRequest = (prepared: Prepared, basis: RowBasis, first: Attempt): AdmissionRequest => {
    const { request } = prepared;
    const { call, body, idempotency } = request;
    const user = call.principal;
    const isCached = request.caching !== 'none' && isCachingOn(user);
    return {
      callId: first.id,
      userId: user.userId,
      idempotency,
      storedAnswerOnly: call.storedAnswerOnly,
      cache: isCached
        ? { key: cacheKeyOf(prepared, user, caching.scope), read: request.caching === 'use' }
        : undefined,
      limits: rules.limits(user, body.model, prepared.maxTokens),
      budgets: rules.budgets(user),
      thresholds: rules.thresholds(user),
      reservedNanos: prepared.maxCostNanos,
      hitRow: hitRow(basis, first),
      lostRow: lostRow(basis, first),
    };
  };

  const storedAnswer = async (
    asked: AdmissionRequest,
    { value, storedAt }: Extract<Admission, { kind: 'cached' }>,
    followed: boolean,
  ): Promise<AdmissionOutcome> => {
    const { facts, text } = readRecord(value);
    const hit: AnswerFacts = { ...facts, provider: 'cache', costNanos: 0n };
    const { idempotency } = asked;
    if (idempotency) {
      await admission.storeAnswer({ ...asked, idempotency, answer: writeRecord(hit, text.toString()) });
    }
    return {
      kind: 'stored',
      source: { kind: 'cache', ageMs: now() - storedAt, followed },
      record: { facts: hit, text },
    };
  };

  return async function admitCompletion(prepared: Prepared): Promise<AdmissionOutcome> {
    const { call, promptVersionId, idempotency } = prepared.request;
    const user = call.principal;
    const candidate =
      prepared.candidates.find(({ client, model }) => client.mayServe(model)) ?? prepared.candidates[0];
    if (!candidate) throw providersError([], { model: prepared.request.body.model, signal: call.signal });
    settlements.assertRoom();
    const { streamed } = prepared;
    const traceId = trace.getActiveSpan()?.spanContext().traceId;
    const basis = rowBasis({ call, promptVersionId, traceId, streamed });
    const first = newAttempt(candidate, newId());
    const request = admissionRequest(prepared, basis, first);
    try {
      const cacheKey = request.cache?.key;
      let followed = false;
      const admit = async () => {
        const admitted = await admission.admit(request);
        followed ||= admitted.kind === 'wait';
        return admitted;
      };
      const answer = await admitOrFollow(admit, { singleFlight, cacheKey, signal: call.signal });
      if (answer.kind === 'cached') return await storedAnswer(request, answer, followed);
      if (answer.kind === 'replay')
        return { kind: 'stored', source: { kind: 'replay' }, record: readRecord(answer.answer) };
      if (answer.kind === 'wait') throw new AppError('DEADLINE_EXCEEDED');
      if (answer.kind !== 'admitted') {
        observer.refused(answer, call);
        throw admissionError(answer, user, dependencies.upgradeUrl);
      }
      const reservation = redisReservation({ prepared, basis, settlements, cacheKey, caching });
      const asked = request.cache?.read === true;
      return { kind: 'admitted', first, reservation, isCached: cacheKey !== undefined, asked };
    } catch (error) {
      // Without Redis neither an idempotency key nor a stored answer can be found.
      if (!isUnavailable(error) || idempotency || call.storedAnswerOnly) throw error;
      const reservation = offlineReservation({ prepared, basis, settlements, allowance });
      return { kind: 'admitted', first, reservation, isCached: false, asked: false };
    }
  };
}

/** Errors of an unavailable Redis, or of PostgreSQL while a budget is seeded. */
function isUnavailable(error: unknown): boolean {
  return error instanceof AppError && error.code === 'DEPENDENCY_UNAVAILABLE';
}
