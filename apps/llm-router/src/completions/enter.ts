import { AppError, type UserPrincipal } from '@valuecanvas/contracts-core';
import type { AdmissionControl } from '../admission/admission.ts';
import { admitOrFollow, type SingleFlight } from '../admission/single-flight.ts';
import type { Admission, AdmissionRequest, Budget, RateLimit, Threshold } from '../admission/types.ts';
import { ledgerRow, type RowBasis, rowBasis } from '../ledger/ledger-row.ts';
import { admittedReservation } from './admitted-reservation.ts';
import type { Allowance } from './allowance.ts';
import { allowedReservation } from './allowed-reservation.ts';
import { type AnswerFacts, type AnswerRecord, readRecord, writeRecord } from './answer-record.ts';
import { type Attempt, newAttempt } from './attempt.ts';
import type { CachingRules } from './caching-rules.ts';
import { toAppError } from './failover-error.ts';
import type { Settling } from './late-settlements.ts';
import { cacheKeyOf, type Prepared } from './prepare.ts';
import { refusalOf } from './refusals.ts';
import { lostRow, type Reservation } from './reservation.ts';
import type { CompletionWatch } from './watch.ts';
import type { Source } from './whole-completion.ts';

/** A user's limits, budgets and alert thresholds. */
export interface SpendingRules {
  limits(user: UserPrincipal, model: string, mostTokens: number): readonly RateLimit[];
  budgets(user: UserPrincipal): readonly Budget[];
  thresholds(user: UserPrincipal): readonly Threshold[];
}

export interface EnterDependencies {
  readonly admission: Pick<AdmissionControl, 'admit' | 'storeAnswer'>;
  readonly singleFlight: SingleFlight;
  readonly rules: SpendingRules;
  readonly settling: Settling;
  readonly allowance: Allowance;
  readonly caching: CachingRules;
  readonly watch: CompletionWatch;
  /** Creates row ids (UUIDv7). */
  readonly newId: () => string;
  readonly traceId: () => string | undefined;
  readonly upgradeUrl: string;
  readonly now: () => number;
}

/** Outcome of admission: an existing answer, or permission to call providers. */
export type Entry =
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
export function createEnter(dependencies: EnterDependencies) {
  const { admission, singleFlight, rules, settling, allowance, caching, watch, newId, upgradeUrl, now } =
    dependencies;

  const admissionRequest = (prepared: Prepared, basis: RowBasis, first: Attempt): AdmissionRequest => {
    const { request } = prepared;
    const { call, body, idempotency } = request;
    const user = call.principal;
    const isCached = request.caching !== 'none' && caching.isOn(user);
    return {
      callId: first.id,
      userId: user.userId,
      idempotency,
      cache: isCached
        ? { key: cacheKeyOf(prepared, user, caching.scope), read: request.caching === 'use' }
        : undefined,
      limits: rules.limits(user, body.model, prepared.mostTokens),
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
  ): Promise<Entry> => {
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

  return async (prepared: Prepared): Promise<Entry> => {
    const { call, promptVersionId, idempotency } = prepared.request;
    const user = call.principal;
    const candidate =
      prepared.candidates.find(({ line, model }) => line.mayServe(model)) ?? prepared.candidates[0];
    if (!candidate) throw toAppError([], { model: prepared.request.body.model, signal: call.signal });
    settling.assertRoom();
    const { streamed } = prepared;
    const basis = rowBasis({ call, promptVersionId, traceId: dependencies.traceId(), streamed });
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
        watch.refused(answer, call);
        throw refusalOf(answer, user, upgradeUrl);
      }
      const reservation = admittedReservation({ prepared, user, basis, cacheKey }, settling, caching);
      const asked = request.cache?.read === true;
      return { kind: 'admitted', first, reservation, isCached: cacheKey !== undefined, asked };
    } catch (error) {
      // Without Redis an idempotency key cannot be honoured.
      if (!isAway(error) || idempotency) throw error;
      const reservation = allowedReservation(prepared, basis, { allowance, settling });
      return { kind: 'admitted', first, reservation, isCached: false, asked: false };
    }
  };
}

/** Errors of an unavailable Redis, or of PostgreSQL while a budget is seeded. */
function isAway(error: unknown): boolean {
  return error instanceof AppError && error.code === 'DEPENDENCY_UNAVAILABLE';
}

/** Builds the row of a cache hit: no usage, no cost. */
function hitRow(basis: RowBasis, { id, candidate }: Attempt) {
  return ledgerRow(basis, {
    id,
    provider: 'cache',
    model: candidate.model,
    status: 'succeeded',
    costNanos: 0n,
    costEstimated: false,
    latencyMs: 0,
    cached: true,
  });
}
