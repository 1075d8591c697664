import { type LlmUsage, llmUsage } from '@valuecanvas/contracts-llm-router';
import { createFactReader } from '@valuecanvas/journal';
import type { Keys, Redis } from '@valuecanvas/redis';
import { timeOfId } from '@valuecanvas/service-kit';
import { counterNamesAt } from '../../admission/counters.ts';
import { firstOfEach } from '../seed.ts';
import type { LedgerTotalsStore } from './ledger-totals.store.ts';
import {
  type BookingLocation,
  cacheProvider,
  type LedgerTotals,
  type RequestCalls,
  type TotalsLine,
} from './ledger-totals.ts';

/** Maximum number of journal entries to read, far above its bound. */
const maxFacts = 1_000_000;

/** Reads the journal, then the ledger, so that a row drained in between is found in the ledger and counts once. */
export async function readLedgerTotals(
  { redis, keys, store }: { readonly redis: Redis; readonly keys: Keys; readonly store: LedgerTotalsStore },
  { from, until }: { readonly from: Date; readonly until: Date },
): Promise<LedgerTotals> {
  const read = (stream: 'waiting' | 'dead') =>
    createFactReader(llmUsage, { redis, keys, stream, limit: maxFacts })();
  const [waiting, dead] = [await read('waiting'), await read('dead')];
  const rows = firstOfEach([...waiting.facts, ...dead.facts]);
  const ledger = await store.read(from, until, [...rows.keys()]);

  const ids = new Set(waiting.facts.map(({ id }) => id));
  const extra = [...rows.values()]
    .filter(({ id }) => !ledger.stored.has(id))
    .map((usage): Extra => ({ usage, location: ids.has(usage.id) ? 'waiting' : 'dead' }));
  const asked = extra.filter(({ usage }) => timeOfId(usage.id) >= from && timeOfId(usage.id) < until);
  return {
    lines: [...ledger.lines.map((line) => ({ ...line, location: 'ledger' as const })), ...asked.map(lineOf)],
    spent: spentBy([...ledger.spent, ...extra.flatMap(({ usage }) => spentOf(usage))]),
    dead: asked.filter(({ location }) => location === 'dead').map(({ usage }) => usage),
    unreadable: waiting.unreadable.length + dead.unreadable.length,
    requests: ledger.requests && [...ledger.requests, ...asked.flatMap(({ usage }) => requestOf(usage))],
  };
}

/** A row that exists only in the journal. */
interface Extra {
  readonly usage: LlmUsage;
  readonly location: Exclude<BookingLocation, 'ledger'>;
}

function dayOfRow({ id }: LlmUsage): string {
  return timeOfId(id).toISOString().slice(0, 10);
}

function lineOf({ usage, location }: Extra): TotalsLine {
  const { provider, costEstimated, promptTokens, completionTokens, cachedTokens, reasoningTokens } = usage;
  const tokens = { promptTokens, completionTokens, cachedTokens, reasoningTokens };
  const day = dayOfRow(usage);
  return {
    location,
    day,
    provider,
    estimated: costEstimated,
    calls: 1,
    nanos: BigInt(usage.costNanos),
    ...tokens,
  };
}

interface NamedSum {
  readonly name: string;
  readonly calls: number;
  readonly nanos: bigint;
}

function spentOf(usage: LlmUsage): NamedSum[] {
  const names = counterNamesAt(usage.userId, timeOfId(usage.id).getTime());
  return names.map((name) => ({ name, calls: 1, nanos: BigInt(usage.costNanos) }));
}

function spentBy(sums: readonly NamedSum[]): LedgerTotals['spent'] {
  const spent = new Map<string, { calls: number; nanos: bigint }>();
  for (const { name, calls, nanos } of sums) {
    const known = spent.get(name) ?? { calls: 0, nanos: 0n };
    spent.set(name, { calls: known.calls + calls, nanos: known.nanos + nanos });
  }
  return spent;
}

function requestOf(usage: LlmUsage): RequestCalls[] {
  if (usage.provider === cacheProvider) return [];
  const { provider, requestId, userId } = usage;
  return [{ provider, requestId, userId, day: dayOfRow(usage), calls: 1 }];
}
