import { compare } from './compare.ts';
import { counterNames, readCounters, readings } from './read-counters.ts';
import { readLedgerTotals } from './read-ledger-totals.ts';
import { readProviderCounts } from './read-provider-counts.ts';
import { type ReconcileRequest, readRequest } from './read-request.ts';
import { repairCounter } from './repair.ts';
import { type Finding, report } from './report.ts';
import { openServers, type Servers } from './servers.ts';

/** The report. `agrees` is true if there are no differences, or if a repair has resolved all of them. */
export interface Reconciliation {
  readonly text: string;
  readonly agrees: boolean;
}

/**
 * Compares the ledger with the journal, the counters in Redis and providers' counts, for a period. Throws a one-sentence
 * error if any of them cannot be read.
 */
export async function reconcile(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
  now: number,
): Promise<Reconciliation> {
  const request = readRequest(args, now);
  await using servers = openServers(environment);
  return await look(servers, request).catch(explain);
}

async function look(servers: Servers, request: ReconcileRequest): Promise<Reconciliation> {
  const { from, until, repair } = request;
  // Counters are read before and after the totals, so that calls settled meanwhile are not reported as differences.
  const names = await ofRedis(counterNames(servers, from, until));
  const before = await ofRedis(readCounters(servers, names));
  const totals = await readLedgerTotals(servers, request);
  const counters = readings(before, await ofRedis(readCounters(servers, names)));
  const providers = await Promise.all(request.counts.map(readProviderCounts));

  const findings: Finding[] = [];
  for (const difference of compare(totals, counters, providers)) {
    const repaired = repair && difference.kind === 'counter' && (await repairCounter(servers, difference));
    findings.push(repaired ? { difference, repair: repaired } : { difference });
  }
  return {
    text: report({ from, until, totals, counters: counters.length, providers, findings }),
    agrees: findings.every((finding) => finding.repair === 'repaired'),
  };
}

async function ofRedis<T>(reading: Promise<T>): Promise<T> {
  try {
    return await reading;
  } catch (cause) {
    throw new Error(`redis cannot be read (${(cause as Error).message}).`, { cause });
  }
}

function explain(cause: unknown): never {
  const {
    internal,
    message,
    cause: inner,
  } = cause as { internal?: string; message?: string; cause?: unknown };
  const reason = inner instanceof Error ? inner.message || String((inner as { code?: unknown }).code) : inner;
  const what = internal === undefined ? message : `${internal} cannot be read (${reason}).`;
  throw new Error(`Nothing can be compared: ${what}`, { cause });
}
