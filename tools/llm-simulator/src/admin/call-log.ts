import type { PreparedAnswer } from '../chat/prepare.ts';
import type { Result } from '../delivery/deliver.ts';
import type { CallRecord, CallStart, Sums, Totals } from './call-record.ts';

/** A record of the served calls. */
export interface CallLog {
  /** Counts a call. Returns a function that ends it once. */
  begin(start: CallStart, answer: PreparedAnswer): (result: Result) => void;
  rejected(): void;
  refusedConnection(): void;
  totals(): Totals;
  /** The given number of last calls, latest first, at most MAX_RECENT. */
  recent(count: number): readonly CallRecord[];
  /** Resets all counts to zero. Open calls are no longer counted. */
  reset(): void;
}

/** Calls that are kept individually. Older calls remain in the totals only. */
const MAX_RECENT = 10_000;

/** Bound on models and keys that are counted by name: callers choose these names. */
const MAX_NAMES = 1_000;

/** An empty log. */
export function createCallLog(): CallLog {
  let totals = emptyTotals();
  let records: CallRecord[] = [];

  return {
    begin(start, answer) {
      const book = totals;
      const page = records;
      countStart(book, start);
      const position = (book.calls - 1) % MAX_RECENT;
      const record: CallRecord = { ...start, ...nothingSent, sequence: book.calls, id: answer.id };
      page[position] = record;
      return (result) => {
        const ended = {
          ...record,
          ...tokensOf(answer, result),
          outcome: result.outcome,
          status: result.status,
        };
        countEnd(book, ended);
        if (page[position] === record) page[position] = ended;
      };
    },
    rejected: () => void totals.rejected++,
    refusedConnection: () => void totals.refusedConnections++,
    totals: () => structuredClone(totals),
    recent: (count) => records.toSorted((one, other) => other.sequence - one.sequence).slice(0, count),
    reset() {
      totals = emptyTotals();
      records = [];
    },
  };
}

const noTokens = { promptTokens: 0, completionTokens: 0, cachedTokens: 0, reasoningTokens: 0 };
const nothingSent = { ...noTokens, outcome: 'open', status: null } as const;

function emptyTotals(): Totals {
  const counts = { calls: 0, streams: 0, open: 0, aborted: 0, rejected: 0, refusedConnections: 0 };
  return { ...counts, ...noTokens, faults: {}, byModel: {}, byKey: {} };
}

function tokensOf({ usage }: PreparedAnswer, { tokens }: Result): typeof noTokens {
  if (!usage || tokens === null) return noTokens;
  const reasoningTokens = Math.min(usage.reasoning, tokens);
  return {
    promptTokens: usage.prompt,
    completionTokens: tokens,
    cachedTokens: usage.cached,
    reasoningTokens,
  };
}

function countStart(book: Totals, { stream, fault, model, key }: CallStart): void {
  book.open += 1;
  if (stream) book.streams += 1;
  if (fault !== 'none') book.faults[fault] = (book.faults[fault] ?? 0) + 1;
  for (const sums of [book, sumsFor(book.byModel, model), sumsFor(book.byKey, key)]) sums.calls += 1;
}

function countEnd(book: Totals, record: CallRecord): void {
  book.open -= 1;
  if (record.outcome === 'aborted') book.aborted += 1;
  for (const sums of [book, sumsFor(book.byModel, record.model), sumsFor(book.byKey, record.key)])
    add(sums, record);
}

function add(sums: Sums, record: CallRecord): void {
  sums.promptTokens += record.promptTokens;
  sums.completionTokens += record.completionTokens;
  sums.cachedTokens += record.cachedTokens;
  sums.reasoningTokens += record.reasoningTokens;
}

function sumsFor(book: Record<string, Sums>, name: string): Sums {
  const known = Object.hasOwn(book, name) ? book[name] : undefined;
  if (known) return known;
  const full = name !== 'other' && Object.keys(book).length >= MAX_NAMES;
  if (full) return sumsFor(book, 'other');
  const fresh: Sums = { calls: 0, ...noTokens };
  Object.defineProperty(book, name, { value: fresh, enumerable: true });
  return fresh;
}
