import { AppError, type UserPrincipal } from '@valuecanvas/contracts-core';
import type { AdmissionControl } from '../admission/admission-control.ts';
import type {
  Admission,
  AdmissionRequest,
  Budget,
  RateLimit,
  Threshold,
} from '../admission/admission-request.ts';
import { admitInTurn, type Flights } from '../admission/flights.ts';
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

/** What a user may spend, and at which amounts somebody is told. */
export interface SpendingRules {
  limits(user: UserPrincipal, model: string, mostTokens: number): readonly RateLimit[];
  budgets(user: UserPrincipal): readonly Budget[];
  thresholds(user: UserPrincipal): readonly Threshold[];
}

export interface EnterDependencies {
  readonly admission: Pick<AdmissionControl, 'admit' | 'storeAnswer'>;
  readonly flights: Flights;
  readonly rules: SpendingRules;
  readonly settling: Settling;
  readonly allowance: Allowance;
  readonly caching: CachingRules;
  readonly watch: CompletionWatch;
  /** Ids of rows: UUIDv7. */
  readonly newId: () => string;
  readonly traceId: () => string | undefined;
  readonly upgradeUrl: string;
  readonly now: () => number;
}

/** What a request gets: an answer that is there already, or the right to ask providers for one. */
export type Entry =
  | { readonly kind: 'stored'; readonly source: Source; readonly record: AnswerRecord }
  | {
      readonly kind: 'admitted';
      readonly first: Attempt;
      readonly reservation: Reservation;
      /** Whether the answer is kept for others. */
      readonly isCached: boolean;
      /** Whether the cache was looked into. */
      readonly asked: boolean;
    };

/** Lets a request in, or throws why not. Waits for the answer to the same question where one is on its way. */
export function createEnter(dependencies: EnterDependencies) {
  const { admission, flights, rules, settling, allowance, caching, watch, newId, upgradeUrl, now } =
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
      reservedNanos: prepared.worstNanos,
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
      const answer = await admitInTurn(admit, { flights, cacheKey, signal: call.signal });
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
      // A promise about what was asked before cannot be kept while nobody remembers it.
      if (!isAway(error) || idempotency) throw error;
      const reservation = allowedReservation(prepared, basis, { allowance, settling });
      return { kind: 'admitted', first, reservation, isCached: false, asked: false };
    }
  };
}

/** Redis, or PostgreSQL while a budget has to be added up. */
function isAway(error: unknown): boolean {
  return error instanceof AppError && error.code === 'DEPENDENCY_UNAVAILABLE';
}

/** The row of an answer from the cache: nothing was used, nothing is paid. */
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
