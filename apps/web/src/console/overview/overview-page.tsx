import { useQuery } from '@tanstack/react-query';
import { Link, useRouteContext } from '@tanstack/react-router';
import type { ResultOf } from '@valuecanvas/web-client';
import type { ReactNode } from 'react';
import { useApi } from '../../api.tsx';
import { consoleText } from '../../text/console.en.ts';
import { counted } from '../../text/format.ts';
import { dateOf } from '../costs/days.ts';
import { Freshness, type Read, ReadState, slow, useLive, useRefresh, watched } from '../live.tsx';
import { duration, timeOf } from '../parts/format.ts';
import { columnOf, exactDollars, nanosOf } from '../parts/money.ts';
import { Fact, Facts, ScreenFrame } from '../parts/screen.tsx';
import { useProviderHealth, useProviderStats } from '../providers/provider-reads.ts';
import { type Screen, screensOf } from '../screens.ts';

const text = consoleText.overview;

/** The state of the platform in one row. Figures are grey unless an operator should look. */
export function OverviewPage() {
  const { session } = useRouteContext({ from: '/signed-in' });
  const permitted = screensOf(session.user);
  const sees = (name: Screen['name']) => permitted.some((screen) => screen.name === name);
  const stats = useProviderStats();
  const health = useProviderHealth();
  const queue = useLive('getQueueMetrics', {}, { every: watched });
  const today = dateOf(Date.now());
  const costs = useLive(
    'getPlatformCosts',
    { query: { startDate: today, endDate: today } },
    { every: slow, enabled: sees('costs') },
  );
  const alerts = useLive('getPlatformAlerts', {}, { every: slow, enabled: sees('alerts') });
  const changes = useLatestChanges(sees('audit'));
  const reads = [stats, health, queue, costs, alerts, changes];
  return (
    <ScreenFrame title={text.title} aside={<Freshness reads={[stats, health, queue]} isLive />}>
      <Failure reads={reads} />
      <Facts>
        <ProvidersFact stats={stats.data} health={health.data} isLink={sees('providers')} />
        {sees('costs') && <CostsFact costs={costs.data} />}
        <QueueFact metrics={queue.data} isLink={sees('queue')} />
        {sees('alerts') && <AlertsFact alerts={alerts.data} />}
        {sees('audit') && <ChangesFact changes={changes.data} />}
      </Facts>
    </ScreenFrame>
  );
}

const dayMs = 86_400_000;

/** Reads the changes by operators of the last 24 hours. */
function useLatestChanges(enabled: boolean) {
  const api = useApi();
  return useQuery({
    queryKey: ['listAuditRecords', 'latest'],
    queryFn: ({ signal }) => {
      const from = new Date(Date.now() - dayMs).toISOString();
      return api.call.listAuditRecords({ query: { from, limit: 100 } }, { signal });
    },
    ...useRefresh(slow),
    enabled,
  });
}

/** The first of the reads that failed. The other figures remain. */
function Failure({ reads }: { readonly reads: readonly Read[] }) {
  const failed = reads.find(({ isError }) => isError);
  return failed && <ReadState read={failed} />;
}

const missing = '–';

/** The name of a figure, which leads to its screen if the user may see that. */
function Name({
  to,
  isLink,
  children,
}: {
  readonly to: Screen['to'];
  readonly isLink: boolean;
  readonly children: ReactNode;
}) {
  return isLink ? <Link to={to}>{children}</Link> : children;
}

function ProvidersFact({
  stats,
  health,
  isLink,
}: {
  readonly stats: ReturnType<typeof useProviderStats>['data'];
  readonly health: ReturnType<typeof useProviderHealth>['data'];
  readonly isLink: boolean;
}) {
  const all = Object.entries(health?.providers ?? {});
  const down = all.filter(([, { healthy }]) => !healthy).map(([id]) => id);
  const notClosed = (stats?.rows ?? []).filter(({ state }) => state !== 'closed').map(({ id }) => id);
  const note =
    down.length > 0
      ? text.notUp(down.join(', '))
      : notClosed.length > 0
        ? text.notClosed(notClosed.join(', '))
        : text.allClosed;
  return (
    <Fact
      name={
        <Name to="/console/providers" isLink={isLink}>
          {text.providers}
        </Name>
      }
      value={health ? text.providersUp(all.length - down.length, all.length) : missing}
      note={health && stats ? note : undefined}
      look={down.length > 0 ? 'bad' : notClosed.length > 0 ? 'warn' : undefined}
    />
  );
}

function QueueFact({
  metrics,
  isLink,
}: {
  readonly metrics: ReturnType<typeof useLive<'getQueueMetrics'>>['data'];
  readonly isLink: boolean;
}) {
  return (
    <Fact
      name={
        <Name to="/console/queue" isLink={isLink}>
          {text.queue}
        </Name>
      }
      value={metrics ? counted(metrics.queueDepth) : missing}
      note={
        metrics && (metrics.waiting > 0 ? text.oldest(duration(metrics.oldestWaitingMs)) : text.nothingWaits)
      }
    />
  );
}

function CostsFact({ costs }: { readonly costs: ResultOf<'getPlatformCosts'> | undefined }) {
  const nanos = nanosOf(costs?.totalCost ?? 0);
  return (
    <Fact
      name={<Link to="/console/costs">{text.spent}</Link>}
      value={costs ? <span title={exactDollars(nanos)}>{columnOf([nanos])(nanos)}</span> : missing}
      note={costs && text.spentNote(counted(costs.requestCount), counted(costs.cachedCount))}
    />
  );
}

function AlertsFact({ alerts }: { readonly alerts: ResultOf<'getPlatformAlerts'> | undefined }) {
  const latest = alerts?.alerts.filter(({ createdAt }) => Date.parse(createdAt) > Date.now() - dayMs) ?? [];
  const isCritical = latest.some(({ level }) => level === 'critical');
  return (
    <Fact
      name={<Link to="/console/alerts">{text.alerts}</Link>}
      value={alerts ? counted(latest.length) : missing}
      note={alerts && (latest[0] ? text.latestAlert(timeOf(latest[0].createdAt)) : text.noAlerts)}
      look={isCritical ? 'bad' : latest.length > 0 ? 'warn' : undefined}
    />
  );
}

function ChangesFact({ changes }: { readonly changes: ResultOf<'listAuditRecords'> | undefined }) {
  const count = changes?.items.length ?? 0;
  const latest = changes?.items[0];
  return (
    <Fact
      name={<Link to="/console/audit">{text.changes}</Link>}
      value={changes ? (changes.nextCursor ? text.atLeast(count) : counted(count)) : missing}
      note={changes && (latest ? text.latestChange(latest.operation) : text.noChanges)}
    />
  );
}
