import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useRouteContext, useSearch } from '@tanstack/react-router';
import type { ResultOf } from '@valuecanvas/web-client';
import { CircleAlert, TriangleAlert } from 'lucide-react';
import { useRef } from 'react';
import { useApi } from '../../api.tsx';
import { Button } from '../../parts/button.tsx';
import { ErrorNotice } from '../../parts/error-notice.tsx';
import { consoleText } from '../../text/console.en.ts';
import { Freshness, ReadState, slow, useLive } from '../live.tsx';
import { type Column, DataTable } from '../parts/data-table.tsx';
import { dayAndTimeOf } from '../parts/format.ts';
import { columnOf, exactDollars, nanosOf } from '../parts/money.ts';
import { useOutcome } from '../parts/outcome.tsx';
import { ScreenFrame } from '../parts/screen.tsx';
import { Select } from '../parts/select.tsx';
import { SelectionBar, useSelection } from '../parts/selection.tsx';
import { useHeldRows } from '../parts/use-held-rows.ts';
import styles from './alerts-page.module.css';

const text = consoleText.alerts;

type Alert = ResultOf<'getPlatformAlerts'>['alerts'][number];

/** Thresholds of the platform's spending that were reached, newest first, and their acknowledgement. */
export function AlertsPage() {
  const { level } = useSearch({ from: '/signed-in/console/alerts' });
  const navigate = useNavigate({ from: '/console/alerts' });
  const { user } = useRouteContext({ from: '/signed-in' }).session;
  const read = useLive('getPlatformAlerts', {}, { every: slow });
  const held = useHeldRows(read.data?.alerts ?? none, keyOf);
  const refresh = async () => {
    const result = await read.refetch();
    held.show(result.data?.alerts);
    return result;
  };
  const [outcome, showOutcome] = useOutcome();
  const table = useRef<HTMLElement>(null);
  const acknowledge = useAcknowledge((count) => {
    showOutcome(text.done(count));
    table.current?.focus();
  });
  const mayAcknowledge = user.permissions.includes('alerts:acknowledge');
  const alerts = held.shown.filter((alert) => level === undefined || alert.level === level);
  const { selection, selectedRows } = useSelection(alerts, keyOf, {
    isSelectable: ({ acknowledged }) => !acknowledged,
    nameOf: ({ message }) => message,
  });
  const format = columnOf(alerts.flatMap(({ threshold, actual }) => [nanosOf(threshold), nanosOf(actual)]));
  const amount = (dollars: number) => (
    <span title={exactDollars(nanosOf(dollars))}>{format(nanosOf(dollars))}</span>
  );
  const columns: readonly Column<Alert>[] = [
    { id: 'level', head: text.level, cell: ({ level: one }) => <Level level={one} /> },
    { id: 'period', head: text.period, cell: ({ period }) => text.periods[period] },
    { id: 'actual', head: text.actual, cell: ({ actual }) => amount(actual), isNumeric: true },
    { id: 'threshold', head: text.threshold, cell: ({ threshold }) => amount(threshold), isNumeric: true },
    { id: 'message', head: text.message, cell: ({ message }) => message },
    {
      id: 'at',
      head: text.at,
      cell: ({ createdAt }) => <time dateTime={createdAt}>{dayAndTimeOf(createdAt)}</time>,
    },
    {
      id: 'acknowledgement',
      head: text.acknowledgement,
      cell: (alert) => <Acknowledgement alert={alert} acknowledge={acknowledge} />,
    },
  ];
  return (
    <ScreenFrame
      hasRows
      hasSelection={mayAcknowledge}
      title={text.title}
      aside={<Freshness reads={[{ ...read, refetch: refresh }]} isLive />}
      controls={
        <>
          <Select
            label={text.level}
            value={level ?? ''}
            onChange={({ target }) =>
              void navigate({ search: { level: target.value || undefined }, replace: true })
            }
            options={[
              { value: '', name: text.all },
              { value: 'critical', name: text.levels.critical },
              { value: 'warning', name: text.levels.warning },
            ]}
          />
          {held.waiting > 0 && (
            <Button
              onClick={() => {
                held.show();
                table.current?.focus();
              }}
            >
              {consoleText.newRows(held.waiting)}
            </Button>
          )}
        </>
      }
    >
      {outcome}
      {acknowledge.error && <ErrorNotice error={acknowledge.error} />}
      <ReadState read={read} />
      {read.data && (
        <section ref={table} aria-label={text.title} tabIndex={-1}>
          <DataTable
            caption={text.title}
            isCaptionHidden
            columns={columns}
            rows={alerts}
            keyOf={keyOf}
            empty={text.empty}
            selection={mayAcknowledge ? selection : undefined}
          />
        </section>
      )}
      <SelectionBar selection={selection}>
        <Button
          disabled={acknowledge.isPending}
          onClick={() => acknowledge.mutate(selectedRows.map(({ id }) => id))}
        >
          {text.acknowledgeSeveral(selectedRows.length)}
        </Button>
      </SelectionBar>
    </ScreenFrame>
  );
}

const none: readonly Alert[] = [];
const keyOf = ({ id }: Alert) => id;

/** Acknowledges alerts. Those that are acknowledged before one fails stay so, and the table shows them. */
function useAcknowledge(onDone: (count: number) => void) {
  const api = useApi();
  const queries = useQueryClient();
  return useMutation({
    async mutationFn(ids: readonly string[]) {
      for (const id of ids) await api.call.acknowledgeAlert({ params: { id } });
    },
    onSettled: () => queries.invalidateQueries({ queryKey: ['getPlatformAlerts'] }),
    onSuccess: (_, ids) => onDone(ids.length),
  });
}

/** The time of the acknowledgement, or the button for operators who may acknowledge. */
function Acknowledgement({
  alert: { id, message, acknowledgedAt, acknowledgedBy },
  acknowledge,
}: {
  readonly alert: Alert;
  readonly acknowledge: ReturnType<typeof useAcknowledge>;
}) {
  const { user } = useRouteContext({ from: '/signed-in' }).session;
  if (acknowledgedAt !== undefined) {
    const time = dayAndTimeOf(acknowledgedAt);
    return <time dateTime={acknowledgedAt}>{acknowledgedBy === user.id ? text.byYou(time) : time}</time>;
  }
  if (!user.permissions.includes('alerts:acknowledge')) return text.open;
  return (
    <Button
      look="link"
      aria-label={`${text.acknowledge}: ${message}`}
      disabled={acknowledge.isPending}
      onClick={() => acknowledge.mutate([id])}
    >
      {text.acknowledge}
    </Button>
  );
}

function Level({ level }: { readonly level: Alert['level'] }) {
  const Icon = level === 'critical' ? CircleAlert : TriangleAlert;
  return (
    <span className={`${styles.level} ${styles[level]}`}>
      <Icon size={16} aria-hidden="true" />
      {text.levels[level]}
    </span>
  );
}
