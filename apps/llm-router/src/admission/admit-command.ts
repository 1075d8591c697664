import type { Keys, ScriptArgument, ScriptReply } from '@valuecanvas/redis';
import type { Admission, AdmissionRequest, RateLimit, Threshold } from './admission-request.ts';
import { boundsOf, hourOf, hourToMake, numberOf } from './counters.ts';
import { answerKeptMs, claimKey, inFlightRetryMs } from './idempotency.ts';
import { leaseMs } from './lease.ts';

/**
 * Cache mode of the script: off; read and store; store only; or, with a separate cache, the result of its lookup: hit,
 * miss, or miss after another call has finished.
 */
export type CacheMode = 'none' | 'here' | 'fresh' | 'hit' | 'missed' | 'again';

/** Arguments of admit.lua, after those shared by all call scripts. */
export function admitArguments(
  request: AdmissionRequest,
  how: {
    readonly keys: Keys;
    readonly now: number;
    readonly maxFacts: number;
    readonly cacheMode: CacheMode;
  },
): ScriptArgument[] {
  const { keys, now } = how;
  const { callId, userId, idempotency, cache, budgets } = request;
  const args = [
    ...[callId, userId, hourOf(now), request.reservedNanos.toString(), request.lostRow],
    ...[request.hitRow, how.maxFacts, now + leaseMs],
    ...(idempotency ? [claimKey(keys, userId, idempotency.key), idempotency.bodyHash] : ['', '']),
    answerKeptMs,
    ...[how.cacheMode, cache?.key ?? '', thresholdText(request.thresholds)],
    hourToMake(now),
    budgets.length,
  ];
  for (const budget of budgets) args.push(numberOf(budget), budget.limitNanos.toString());
  for (const limit of request.limits) {
    args.push(limitKey(keys, userId, limit, now), limit.limit, limit.amount, limit.windowMs, limit.unit);
  }
  return args;
}

const written = new WeakMap<readonly Threshold[], string>();

function thresholdText(thresholds: readonly Threshold[]): string {
  const known = written.get(thresholds);
  if (known !== undefined) return known;
  const least = [1, 2, 3, 4, 5].map((number) => leastOf(thresholds, number)).join(' ');
  const text = `${least}|${thresholds.map((one) => `${numberOf(one)} ${one.nanos} ${one.level}`).join(' ')}`;
  written.set(thresholds, text);
  return text;
}

/** Lowest threshold of a counter; larger than any counter value if there is none. */
function leastOf(thresholds: readonly Threshold[], number: number): string {
  const own = thresholds.filter((one) => numberOf(one) === number).map(({ nanos }) => nanos);
  return String(
    own.reduce((least, nanos) => (nanos < least ? nanos : least), BigInt(Number.MAX_SAFE_INTEGER)),
  );
}

function limitKey(keys: Keys, userId: string, { name, model, windowMs }: RateLimit, now: number): string {
  const window = String(Math.floor(now / windowMs));
  return model === undefined
    ? keys('limit', userId, name, window)
    : keys('limit', userId, name, model, window);
}

const resetsInMs = ({ windowMs }: RateLimit, now: number): number => windowMs - (now % windowMs);

/** Intermediate answers of the script: repeat the request after the named preparation. */
export type AdmitReply =
  | { readonly kind: 'absent'; readonly counters: readonly number[] }
  | { readonly kind: 'finished' }
  | {
      readonly kind: 'cached';
      readonly found: { readonly value: Buffer; readonly storedAt: number } | undefined;
    }
  | (Extract<Admission, { kind: 'admitted' }> & { readonly absent: readonly number[] })
  | Exclude<Admission, { kind: 'admitted' | 'cached' }>;

/** Parses the answer of admit.lua for a request made at the given time. */
export function readAdmitReply(reply: ScriptReply, request: AdmissionRequest, now: number): AdmitReply {
  const [word = '', ...more] = reply;
  const kind = word.toString() as AdmitReply['kind'];
  switch (kind) {
    case 'admitted':
      return { kind, absent: digits(more[0]), standings: standings(request.limits, more.slice(1), now) };
    case 'cached':
      return { kind, found: found(more) };
    case 'replay':
      return { kind, answer: String(more[0]) };
    case 'in_flight':
      return { kind, retryAfterMs: inFlightRetryMs };
    case 'limited':
      return limited(request.limits, more.map(Number), now);
    case 'over_budget':
      return overBudget(request, more.map(Number), now);
    case 'absent':
      return { kind, counters: digits(more[0]) };
    default:
      return { kind };
  }
}

const digits = (text: Buffer | number | undefined): number[] => Array.from(String(text ?? ''), Number);

function found([value, storedAt]: ScriptReply): { value: Buffer; storedAt: number } | undefined {
  return value instanceof Buffer ? { value, storedAt: Number(storedAt) } : undefined;
}

function standings(limits: readonly RateLimit[], counts: ScriptReply, now: number) {
  return limits.map((limit, at) => ({
    limit,
    remaining: Math.max(0, limit.limit - Number(counts[at])),
    resetsInMs: resetsInMs(limit, now),
  }));
}

function limited(limits: readonly RateLimit[], numbers: readonly number[], now: number): AdmitReply {
  return numbers
    .flatMap((number) => limits[number - 1] ?? [])
    .map((limit) => ({ kind: 'limited' as const, limit, retryAfterMs: resetsInMs(limit, now) }))
    .reduce((last, one) => (one.retryAfterMs > last.retryAfterMs ? one : last));
}

function overBudget({ budgets }: AdmissionRequest, taken: readonly number[], now: number): AdmitReply {
  const full = budgets.flatMap(({ scope, period, limitNanos }, at) => {
    const found = taken.findIndex((value, place) => place % 2 === 0 && value === at + 1);
    if (found < 0) return [];
    const spentNanos = BigInt(taken[found + 1] ?? 0);
    const resetsAt = boundsOf(period, now).endsAt;
    return { kind: 'over_budget' as const, scope, period, limitNanos, spentNanos, resetsAt };
  });
  return full.reduce((last, one) => (one.resetsAt > last.resetsAt ? one : last));
}
