import { useNavigate, useSearch } from '@tanstack/react-router';
import type { ResultOf } from '@valuecanvas/web-client';
import { CircleAlert, TriangleAlert } from 'lucide-react';
import { consoleText } from '../../text/console.en.ts';
import { Freshness, ReadState, slow, useLive } from '../live.tsx';
import { type Column, DataTable } from '../parts/data-table.tsx';
import { dayAndTimeOf } from '../parts/format.ts';
import { columnOf, exactDollars, nanosOf } from '../parts/money.ts';
import { ScreenFrame } from '../parts/screen.tsx';
import { Select } from '../parts/select.tsx';
import styles from './alerts-page.module.css';

const text = consoleText.alerts;

type Alert = ResultOf<'getPlatformAlerts'>['alerts'][number];

/** Thresholds of the platform's spending that were reached, newest first. */
export function AlertsPage() {
  const { level } = useSearch({ from: '/signed-in/console/alerts' });
  const navigate = useNavigate({ from: '/console/alerts' });
  const read = useLive('getPlatformAlerts', {}, { every: slow });
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
  ];
  return (
    <ScreenFrame
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

function Level({ level }: { readonly level: Alert['level'] }) {
  const Icon = level === 'critical' ? CircleAlert : TriangleAlert;
  return (
    <span className={`${styles.level} ${styles[level]}`}>
      <Icon size={16} aria-hidden="true" />
      {text.levels[level]}
    </span>
  );
}
