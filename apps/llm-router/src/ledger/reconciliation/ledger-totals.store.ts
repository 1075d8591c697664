import { acrossUsers } from '@valuecanvas/postgres';
import { type Kysely, sql } from 'kysely';
import type { Database } from '../../db.ts';
import { cacheProvider, type RequestCalls, type TotalsLine } from './ledger-totals.ts';

/** Ledger totals from one snapshot. */
export interface LedgerReading {
  readonly lines: readonly Omit<TotalsLine, 'location'>[];
  readonly spent: readonly { readonly name: string; readonly calls: number; readonly nanos: bigint }[];
  /** Ids of the given rows that exist. */
  readonly stored: ReadonlySet<string>;
  readonly requests: readonly RequestCalls[] | undefined;
}

export interface LedgerTotalsStore {
  /** Reads the calls of a half-open interval, and the spending of the months that it touches. `ids` are rows to look up. */
  read(from: Date, until: Date, ids: readonly string[]): Promise<LedgerReading>;
}

/** Maximum number of requests that are listed individually. */
const maxRequests = 50_000;

type Numbers = Record<'calls' | 'prompt' | 'completion' | 'cached' | 'reasoning', number>;
interface Row {
  readonly lines: readonly (Numbers &
    Pick<TotalsLine, 'day' | 'provider' | 'estimated'> & { nanos: string })[];
  readonly spent: readonly { readonly name: string; readonly calls: number; readonly nanos: string }[];
  readonly requests: readonly RequestCalls[];
  readonly stored: readonly string[];
}

export function createLedgerTotalsStore(db: Kysely<Database>): LedgerTotalsStore {
  return {
    async read(from, until, ids) {
      const row = await acrossUsers(db, async (tx) => {
        // A month of a busy platform exceeds the service's statement timeout.
        await sql`set local statement_timeout = '5min'`.execute(tx);
        return (await query(from, until, ids).execute(tx)).rows[0];
      });
      if (!row) throw new Error('The ledger returned no totals.');
      return {
        lines: row.lines.map(({ day, provider, estimated, calls, nanos, ...tokens }) => ({
          ...{ day, provider, estimated, calls, nanos: BigInt(nanos) },
          promptTokens: tokens.prompt,
          completionTokens: tokens.completion,
          cachedTokens: tokens.cached,
          reasoningTokens: tokens.reasoning,
        })),
        spent: row.spent.map((sum) => ({ ...sum, nanos: BigInt(sum.nanos) })),
        stored: new Set(row.stored),
        requests: row.requests.length > maxRequests ? undefined : row.requests,
      };
    },
  };
}

/** A single statement, so that all its parts see the same rows. */
function query(from: Date, until: Date, ids: readonly string[]) {
  return sql<Row>`
    with calls as materialized (
      select id, user_id, provider, request_id, cost_estimated as estimated, cost_nanos,
        prompt_tokens, completion_tokens, cached_tokens, reasoning_tokens,
        to_char(created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24') as hour,
        to_char(created_at at time zone 'UTC', 'YYYY-MM-DD') as day,
        to_char(created_at at time zone 'UTC', 'YYYY-MM') as month,
        created_at >= ${from} and created_at < ${until} as asked
      from llm_usage
      where created_at >= date_trunc('month', ${from}::timestamptz at time zone 'UTC') at time zone 'UTC'
        and created_at < (date_trunc('month', (${until}::timestamptz - interval '1 millisecond') at time zone 'UTC')
          + interval '1 month') at time zone 'UTC'
    ), lines as (
      select day, provider, estimated, count(*) as calls, sum(prompt_tokens) as prompt,
        sum(completion_tokens) as completion, sum(cached_tokens) as cached, sum(reasoning_tokens) as reasoning,
        sum(cost_nanos)::text as nanos
      from calls where asked group by day, provider, estimated order by day, provider, estimated
    ), spent as (
      select case when grouping(user_id) = 0 then 'u:' || user_id || ':' else 'p:' end || coalesce(hour, day, month)
          as name,
        count(*) as calls, sum(cost_nanos)::text as nanos
      from calls group by grouping sets ((user_id, day), (user_id, month), (hour), (day), (month))
    ), requests as (
      select provider, request_id as "requestId", min(user_id::text) as "userId", min(day) as day, count(*) as calls
      from calls where asked and provider <> ${cacheProvider}
      group by provider, request_id limit ${maxRequests + 1}
    )
    select
      (select coalesce(json_agg(lines), '[]') from lines) as lines,
      (select coalesce(json_agg(spent), '[]') from spent) as spent,
      (select coalesce(json_agg(requests), '[]') from requests) as requests,
      array(select llm_usage.id from unnest(${ids}::uuid[]) as wanted (id) join llm_usage using (id)) as stored`;
}
