import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useRouteContext, useSearch } from '@tanstack/react-router';
import type { ResultOf } from '@valuecanvas/web-client';
import { CircleAlert, TriangleAlert } from 'lucide-react';
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
import styles from './alerts-page.module.css';

const text = consoleText.alerts;

type Alert = ResultOf<'getPlatformAlerts'>['alerts'][number];

/** Thresholds of the platform's spending that were reached, newest first, and their acknowledgement. */
export function AlertsPage() {
  const { level } = useSearch({ from: '/signed-in/console/alerts' });
  const navigate = useNavigate({ from: '/console/alerts' });
  const read = useLive('getPlatformAlerts', {}, { every: slow });
  const [outcome, showOutcome] = useOutcome();
  const acknowledge = useAcknowledge(() => showOutcome(text.done));
  const alerts = read.data?.alerts.filter((alert) => level === undefined || alert.level === level) ?? [];
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
      title={text.title}
      aside={<Freshness reads={[read]} isLive />}
      controls={
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
      }
    >
      {outcome}
      {acknowledge.error && <ErrorNotice error={acknowledge.error} />}
      <ReadState read={read} />
      {read.data && (
        <DataTable
          caption={text.title}
          isCaptionHidden
          columns={columns}
          rows={alerts}
          keyOf={({ id }) => id}
          empty={text.empty}
        />
      )}
    </ScreenFrame>
  );
}

function useAcknowledge(onDone: () => void) {
  const api = useApi();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => api.call.acknowledgeAlert({ params: { id } }),
    async onSuccess() {
      await queries.invalidateQueries({ queryKey: ['getPlatformAlerts'] });
      onDone();
    },
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
      onClick={() => acknowledge.mutate(id)}
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
