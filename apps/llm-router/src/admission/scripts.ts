import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import {
  createScript,
  type Keys,
  type Redis,
  type Script,
  type ScriptArgument,
  type ScriptReply,
} from '@valuecanvas/redis';
import { boundsOf, countersInLua, hourOf, hourToCreate, numberOf } from './counters.ts';
import { leaseMs } from './leases.ts';
import { orUnavailable } from './redis-unavailable.ts';
import type {
  Admission,
  AdmissionRequest,
  CacheBounds,
  RateLimit,
  Settlement,
  StoredAnswer,
  Threshold,
} from './types.ts';

/** Names of the arguments that every call script has: key prefix, streams of the journal, and the time. */
const shared = ['base', 'usageStream', 'alertStream', 'now'] as const;

/** Names of the arguments of each script, which are its local variables in Lua. */
const argumentNames = {
  /** Unnamed: a number and a limit for each budget, then five values for each rate limit. */
  admit: [
    ...[...shared, 'callId', 'userId', 'hour', 'reserved', 'lostRow', 'hitRow', 'maxFacts', 'leaseEnd'],
    ...['claimKey', 'bodyHash', 'claimMs', 'cacheMode', 'cacheKey', 'thresholds', 'nextHour', 'budgetCount'],
    'storedAnswerOnly',
  ],
  settle: [
    ...[
      ...shared,
      'callId',
      'userId',
      'row',
      'cost',
      'tokens',
      'keepRequest',
      'time',
      'leaseEnd',
      'cacheMode',
    ],
    ...['hasAnswer', 'answer', 'answerMs', 'nextId', 'nextReserved', 'nextLostRow'],
    ...['entryKey', 'entryValue', 'entryModel', 'entryTtlMs', 'maxBytes', 'maxEntryBytes'],
  ],
  expire: [...shared, 'time', 'maxCalls'],
  seedCounter: ['counter', 'seeder', 'sum', 'ttlMs', 'isFinal'],
  storeAnswer: ['claimKey', 'bodyHash', 'lease', 'hasAnswer', 'answer', 'answerMs'],
  storeEntry: ['base', 'now', 'key', 'value', 'model', 'ttlMs', 'maxBytes', 'maxEntryBytes'],
  removeEntry: ['base', 'key'],
  clearEntries: ['base', 'model', 'cursor', 'maxEntries'],
} as const;

type Names = typeof argumentNames;

/** Values of the named arguments of a script. */
export type Values<Name extends keyof Names> = Readonly<Record<Names[Name][number], ScriptArgument>>;

const callRecord = () => `${countersInLua}\n${read(new URL('./call-record.lua', import.meta.url))}`;
const cacheEntries = () => read(new URL('./cache-entries.lua', import.meta.url));

const read = (file: URL): string => readFileSync(file, 'utf8');

/** Scripts for spending and reservations. All their keys are in one Redis, which must not be a cluster. */
export function defineCallScripts(redis: Redis) {
  const [record, entries] = [callRecord(), cacheEntries()];
  return {
    admit: define(redis, 'admit', record, entries, read(new URL('./admit.lua', import.meta.url))),
    settle: define(redis, 'settle', record, entries, read(new URL('./settle.lua', import.meta.url))),
    expire: define(redis, 'expire', record, read(new URL('./expire.lua', import.meta.url))),
    seedCounter: define(redis, 'seedCounter', read(new URL('./seed-counter.lua', import.meta.url))),
    storeAnswer: define(redis, 'storeAnswer', read(new URL('./store-answer.lua', import.meta.url))),
  };
}

export type CallScripts = ReturnType<typeof defineCallScripts>;

/** Scripts for a separate answer cache. */
export function defineCacheScripts(redis: Redis) {
  const entries = cacheEntries();
  return {
    store: define(redis, 'storeEntry', entries, read(new URL('./store-entry.lua', import.meta.url))),
    remove: define(redis, 'removeEntry', entries, read(new URL('./remove-entry.lua', import.meta.url))),
    clear: define(redis, 'clearEntries', entries, read(new URL('./clear-entries.lua', import.meta.url))),
  };
}

/** Concatenates Lua; later parts use names of earlier ones. The script rejects with RedisUnavailableError in an outage. */
function define<Name extends keyof Names>(
  redis: Redis,
  name: Name,
  ...lua: readonly string[]
): Script<Names[Name][number]> {
  const script = createScript<Names[Name][number]>(redis, argumentNames[name], lua.join('\n'));
  return (values, unnamed) => orUnavailable(script(values, unnamed));
}

/** Values that all call scripts of a deployment share. */
export interface SharedValues {
  readonly base: string;
  readonly usageStream: string;
  readonly alertStream: string;
}

/**
 * Cache mode of admit.lua: off; read and store; store only; or, with a separate cache, the result of its lookup: hit, miss,
 * or miss after the leading call has finished.
 */
export type CacheMode = 'none' | 'inline' | 'store_only' | 'hit' | 'miss' | 'late_miss';

/** Requests admission. */
export async function runAdmit(
  { admit }: CallScripts,
  request: AdmissionRequest,
  how: {
    readonly shared: SharedValues;
    readonly keys: Keys;
    readonly now: number;
    readonly maxFacts: number;
    readonly cacheMode: CacheMode;
  },
): Promise<AdmitReply> {
  const { keys, now } = how;
  const { callId, userId, idempotency, cache, budgets } = request;
  const values: Values<'admit'> = {
    ...how.shared,
    now,
    callId,
    userId,
    hour: hourOf(now),
    reserved: request.reservedNanos.toString(),
    lostRow: request.lostRow,
    hitRow: request.hitRow,
    maxFacts: how.maxFacts,
    leaseEnd: now + leaseMs,
    claimKey: idempotency ? claimKey(keys, userId, idempotency.key) : '',
    bodyHash: idempotency?.bodyHash ?? '',
    claimMs: answerKeptMs,
    cacheMode: how.cacheMode,
    cacheKey: cache?.key ?? '',
    thresholds: thresholdText(request.thresholds),
    nextHour: hourToCreate(now),
    budgetCount: budgets.length,
    storedAnswerOnly: request.storedAnswerOnly ? 1 : 0,
  };
  const unnamed: ScriptArgument[] = [];
  for (const budget of budgets) unnamed.push(numberOf(budget), budget.limitNanos.toString());
  for (const limit of request.limits) {
    unnamed.push(limitKey(keys, userId, limit, now), limit.limit, limit.amount, limit.windowMs, limit.unit);
  }
  return readAdmitReply(await admit(values, unnamed), request, now);
}

const writtenThresholds = new WeakMap<readonly Threshold[], string>();

function thresholdText(thresholds: readonly Threshold[]): string {
  const known = writtenThresholds.get(thresholds);
  if (known !== undefined) return known;
  const lowest = [1, 2, 3, 4, 5].map((number) => lowestOf(thresholds, number)).join(' ');
  const text = `${lowest}|${thresholds.map((one) => `${numberOf(one)} ${one.nanos} ${one.level}`).join(' ')}`;
  writtenThresholds.set(thresholds, text);
  return text;
}

/** Lowest threshold of a counter; larger than any counter value if there is none. */
function lowestOf(thresholds: readonly Threshold[], number: number): string {
  const own = thresholds.filter((one) => numberOf(one) === number).map(({ nanos }) => nanos);
  return String(
    own.reduce((lowest, nanos) => (nanos < lowest ? nanos : lowest), BigInt(Number.MAX_SAFE_INTEGER)),
  );
}

function limitKey(keys: Keys, userId: string, { name, model, windowMs }: RateLimit, now: number): string {
  const window = String(Math.floor(now / windowMs));
  return model === undefined
    ? keys('limit', userId, name, window)
    : keys('limit', userId, name, model, window);
}

const resetsInMs = ({ windowMs }: RateLimit, now: number): number => windowMs - (now % windowMs);

/** Reply of admit.lua. Some are intermediate: repeat the request after the named preparation. */
export type AdmitReply =
  | { readonly kind: 'absent'; readonly counters: readonly number[] }
  | { readonly kind: 'finished' }
  | {
      readonly kind: 'cached';
      readonly found: { readonly value: Buffer; readonly storedAt: number } | undefined;
    }
  | (Extract<Admission, { kind: 'admitted' }> & { readonly absent: readonly number[] })
  | Exclude<Admission, { kind: 'admitted' | 'cached' }>;

/** Parses the reply to a request made at the given time. */
function readAdmitReply(reply: ScriptReply, request: AdmissionRequest, now: number): AdmitReply {
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

/** `taken` alternates the position of an exhausted budget and what of it is spent and reserved. */
function overBudget({ budgets }: AdmissionRequest, taken: readonly number[], now: number): AdmitReply {
  const exhausted = budgets.flatMap(({ scope, period, limitNanos }, at) => {
    const found = taken.findIndex((value, place) => place % 2 === 0 && value === at + 1);
    if (found < 0) return [];
    const spentNanos = BigInt(taken[found + 1] ?? 0);
    const resetsAt = boundsOf(period, now).endsAt;
    return { kind: 'over_budget' as const, scope, period, limitNanos, spentNanos, resetsAt };
  });
  return exhausted.reduce((last, one) => (one.resetsAt > last.resetsAt ? one : last));
}

/** Cache mode of settle.lua: off; store; or report that the answer is in a separate cache, or not stored. */
export type SettleCacheMode = 'none' | 'inline' | 'separate' | 'unfit';

/** Arguments of settle.lua. */
export function settleValues(
  settlement: Settlement,
  how: {
    readonly shared: SharedValues;
    readonly now: number;
    readonly cacheMode: SettleCacheMode;
    readonly bounds: CacheBounds;
  },
): Values<'settle'> {
  const { next, cache } = settlement;
  const entry = how.cacheMode === 'inline' && typeof cache === 'object' ? cache : undefined;
  const [hasAnswer, answer] = answerValues(settlement.answer);
  return {
    ...how.shared,
    now: how.now,
    callId: settlement.callId,
    userId: settlement.userId,
    row: settlement.row ?? '',
    cost: settlement.costNanos.toString(),
    tokens: settlement.tokens,
    keepRequest: settlement.keepRequest ? 1 : 0,
    time: new Date(how.now).toISOString(),
    leaseEnd: how.now + leaseMs,
    cacheMode: how.cacheMode,
    hasAnswer,
    answer,
    answerMs: answerKeptMs,
    nextId: next?.callId ?? '',
    nextReserved: next?.reservedNanos.toString() ?? '0',
    nextLostRow: next?.lostRow ?? '',
    entryKey: entry?.key ?? '',
    entryValue: entry?.value ?? '',
    entryModel: entry?.model ?? '',
    entryTtlMs: entry?.ttlMs ?? 0,
    maxBytes: how.bounds.maxBytes,
    maxEntryBytes: how.bounds.maxEntryBytes,
  };
}

/** Time for which a final answer can be replayed. */
const answerKeptMs = 24 * 60 * 60 * 1_000;

/** Size of the largest answer stored for an idempotency key; a larger one frees its key. */
const maxAnswerBytes = 4 * 1024 * 1024;

/** Retry delay for a request whose first use is still in flight. */
const inFlightRetryMs = 1_000;

function claimKey(keys: Keys, userId: string, key: string): string {
  return keys('idem', userId, hash('sha256', key));
}

function answerValues(answer: string | undefined): readonly [hasAnswer: number, answer: string] {
  return answer === undefined || Buffer.byteLength(answer) > maxAnswerBytes ? [0, ''] : [1, answer];
}

/** Arguments of store-answer.lua. */
export function storeAnswerValues(
  keys: Keys,
  lease: string,
  { userId, idempotency, answer: text }: StoredAnswer,
): Values<'storeAnswer'> {
  const [hasAnswer, answer] = answerValues(text);
  return {
    claimKey: claimKey(keys, userId, idempotency.key),
    bodyHash: idempotency.bodyHash,
    lease,
    hasAnswer,
    answer,
    answerMs: answerKeptMs,
  };
}
