import { useQueries } from '@tanstack/react-query';
import { useNavigate, useRouteContext, useSearch } from '@tanstack/react-router';
import type { ResultOf } from '@valuecanvas/web-client';
import { queryOf, useApi } from '../../api.tsx';
import { Button, buttonClass } from '../../parts/button.tsx';
import { Field } from '../../parts/field.tsx';
import { consoleText } from '../../text/console.en.ts';
import { counted } from '../../text/format.ts';
import { Freshness, ReadState, slow, useLive } from '../live.tsx';
import { Amount } from '../parts/amount.tsx';
import { BarChart } from '../parts/bar-chart.tsx';
import { type Column, DataTable } from '../parts/data-table.tsx';
import { dayOf, share } from '../parts/format.ts';
import { columnOf, exactDecimal, exactDollars, nanosOf } from '../parts/money.ts';
import { Fact, Facts, ScreenFrame } from '../parts/screen.tsx';
import { Select } from '../parts/select.tsx';
import styles from './costs-page.module.css';
import { type Days, dateOf, daysOf, ranges } from './days.ts';
import { type StackedDays, stackedDays } from './stacked-days.ts';

const text = consoleText.costs;

type Costs = ResultOf<'getPlatformCosts'>;

/** Calls and cost of a day, a model or a user. */
interface Group {
  readonly id: string;
  readonly name: string;
  readonly requests: number;
  readonly nanos: number;
}

/** Spending of all users by day, model and user. Days are UTC days, as in the ledger, and are never converted. */
export function CostsPage() {
  const search = useSearch({ from: '/signed-in/console/costs' });
  const days = daysOf(search, Date.now());
  const costs = useLive('getPlatformCosts', { query: days }, { every: slow });
  return (
    <ScreenFrame
      hasRows
      title={text.title}
      aside={<Freshness reads={[costs]} isLive />}
      controls={<RangeControls days={days} />}
    >
      <ReadState read={costs} />
      {costs.data && <Report costs={costs.data} days={days} />}
    </ScreenFrame>
  );
}

function RangeControls({ days: { startDate, endDate } }: { readonly days: Days }) {
  const { range, from } = useSearch({ from: '/signed-in/console/costs' });
  const navigate = useNavigate({ from: '/console/costs' });
  const isOwn = from !== undefined;
  const set = (asked: { range?: string; from?: string; to?: string }) =>
    void navigate({
      search: ({ range: _range, from: _from, to: _to, ...rest }) => ({ ...rest, ...asked }),
      replace: true,
    });
  return (
    <>
      <Select
        label={text.range}
        value={isOwn ? 'own' : (ranges.find((known) => known === range) ?? '30')}
        onChange={({ target }) =>
          set(target.value === 'own' ? { from: startDate, to: endDate } : { range: target.value })
        }
        options={[
          ...ranges.map((value) => ({ value, name: text.lastDays(value) })),
          { value: 'own', name: text.own },
        ]}
      />
      {isOwn && (
        <>
          <Field
            label={text.from}
            type="date"
            required
            max={dateOf(Date.now())}
            value={startDate}
            onChange={({ target }) => target.value && set({ from: target.value, to: endDate })}
          />
          <Field
            label={text.to}
            type="date"
            required
            max={dateOf(Date.now())}
            value={endDate}
            onChange={({ target }) => target.value && set({ from: startDate, to: target.value })}
          />
        </>
      )}
    </>
  );
}

function Report({ costs, days }: { readonly costs: Costs; readonly days: Days }) {
  const names = useNamesOfUsers(costs.byUser.map(({ userId }) => userId));
  const byDay = stackedDays(costs, days);
  const byModel = costs.byModel.map((group) => toGroup(group.model, group.model, group));
  const byUser = costs.byUser.map((group) =>
    toGroup(group.userId, names.get(group.userId) ?? group.userId, group),
  );
  const total = nanosOf(costs.totalCost);
  const estimated = nanosOf(costs.estimatedCost);
  return (
    <>
      <Facts>
        <Fact
          name={text.total}
          value={<Amount nanos={total} />}
          note={text.days(days.startDate, days.endDate)}
        />
        <Fact name={text.calls} value={counted(costs.requestCount)} note={text.users(costs.userCount)} />
        <Fact
          name={text.cached}
          value={share(costs.cachedCount, costs.requestCount)}
          note={text.cachedNote}
        />
        <Fact name={text.estimated} value={<Amount nanos={estimated} />} note={text.estimatedNote} />
      </Facts>
      {total > 0 && <ByDay stacked={byDay} total={total} days={days} />}
      <div className={styles.tables}>
        <Groups caption={text.byModel} head={text.model} groups={byModel} param="models" total={total} />
        <Groups caption={text.byUser} head={text.user} groups={byUser} param="users" total={total} />
      </div>
    </>
  );
}

const toGroup = (
  id: string,
  name: string,
  { requests, cost }: { requests: number; cost: number },
): Group => ({
  id,
  name,
  requests,
  nanos: nanosOf(cost),
});

/** Users that one request names. */
const batch = 100;

/** Addresses of the users, for operators who may read them. For others, and for users who were deleted, the ledger has IDs. */
function useNamesOfUsers(ids: readonly string[]): ReadonlyMap<string, string> {
  const api = useApi();
  const { session } = useRouteContext({ from: '/signed-in' });
  const enabled = session.user.permissions.includes('users:read');
  // In a fixed order, so that new costs of the same users do not request them again.
  const sorted = ids.toSorted();
  const batches = Array.from({ length: Math.ceil(ids.length / batch) }, (_, index) =>
    sorted.slice(index * batch, (index + 1) * batch),
  );
  return useQueries({
    queries: batches.map((some) => ({
      ...queryOf(api, 'listUsers', { query: { ids: some.join(','), limit: batch } }),
      enabled,
      staleTime: slow,
    })),
    combine: (reads) =>
      new Map(reads.flatMap(({ data }) => data?.items.map(({ id, email }) => [id, email] as const) ?? [])),
  });
}

function ByDay({
  stacked,
  total,
  days,
}: {
  readonly stacked: StackedDays;
  readonly total: number;
  readonly days: Days;
}) {
  const { view } = useSearch({ from: '/signed-in/console/costs' });
  const navigate = useNavigate({ from: '/console/costs' });
  const isTable = view === 'table';
  const toggle = () =>
    void navigate({
      search: (before) => ({ ...before, view: isTable ? undefined : 'table' }),
      replace: true,
    });
  const groups = stacked.days.map(({ day, requests, nanos }) => ({
    id: day,
    name: dayOf(day),
    requests,
    nanos,
  }));
  const series = [
    ...stacked.models.map((name) => ({ name })),
    ...(stacked.hasOthers ? [{ name: text.others, isRest: true }] : []),
  ];
  const format = columnOf(groups.map(({ nanos }) => nanos));
  const highest = groups.toSorted((a, b) => b.nanos - a.nanos)[0];
  return (
    <section className={styles.section} aria-labelledby="by-day">
      <div className={styles.head}>
        <h2 id="by-day">{text.byDay}</h2>
        <span className={styles.actions}>
          <Button look="quiet" aria-pressed={isTable} onClick={toggle}>
            {text.asTable}
          </Button>
          <a
            className={buttonClass('quiet')}
            download={`costs-${days.startDate}-${days.endDate}.csv`}
            href={csvOf(groups)}
          >
            {text.csv}
          </a>
        </span>
      </div>
      {isTable ? (
        <DataTable
          caption={text.byDay}
          isCaptionHidden
          columns={columnsOf(text.day, format, total)}
          rows={groups}
          keyOf={({ id }) => id}
        />
      ) : (
        <BarChart
          summary={text.summary(
            days.startDate,
            days.endDate,
            exactDollars(total),
            highest && highest.nanos > 0 ? `${highest.name}, ${format(highest.nanos)}` : undefined,
          )}
          series={series}
          data={stacked.days.map(({ day, parts, estimated }) => ({
            id: day,
            name: dayOf(day),
            parts,
            hatched: estimated,
          }))}
          hatchedName={text.estimatedPart}
          format={columnOf}
          exact={({ name, parts }, part) =>
            `${name}, ${series[part]?.name ?? ''}: ${exactDollars(parts[part] ?? 0)}`
          }
        />
      )}
    </section>
  );
}

function Groups({
  caption,
  head,
  groups,
  param,
  total,
}: {
  readonly caption: string;
  readonly head: string;
  readonly groups: readonly Group[];
  /** Search parameter that holds the order of the table. */
  readonly param: 'models' | 'users';
  readonly total: number;
}) {
  const search = useSearch({ from: '/signed-in/console/costs' });
  const navigate = useNavigate({ from: '/console/costs' });
  return (
    <DataTable
      caption={caption}
      columns={columnsOf(head, columnOf(groups.map(({ nanos }) => nanos)), total)}
      rows={groups}
      keyOf={({ id }) => id}
      sort={search[param] ?? '-cost'}
      onSort={(sort) => void navigate({ search: (before) => ({ ...before, [param]: sort }), replace: true })}
      empty={text.empty}
    />
  );
}

function columnsOf(head: string, format: (nanos: number) => string, total: number): readonly Column<Group>[] {
  return [
    { id: 'name', head, cell: ({ name }) => name, sortBy: ({ name }) => name },
    {
      id: 'calls',
      head: text.calls,
      cell: ({ requests }) => counted(requests),
      sortBy: ({ requests }) => requests,
      isNumeric: true,
    },
    {
      id: 'cost',
      head: text.cost,
      cell: ({ nanos }) => <Amount nanos={nanos} format={format} />,
      sortBy: ({ nanos }) => nanos,
      isNumeric: true,
    },
    { id: 'share', head: text.share, cell: ({ nanos }) => share(nanos, total), isNumeric: true },
  ];
}

/** A file with the exact amounts. */
function csvOf(groups: readonly Group[]): string {
  const lines = groups.map(({ id, requests, nanos }) => `${id},${requests},${exactDecimal(nanos)}`);
  return `data:text/csv;charset=utf-8,${encodeURIComponent(`day_utc,calls,cost_usd\n${lines.join('\n')}\n`)}`;
}
