import { Link, useRouteContext } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { consoleText } from '../../text/console.en.ts';
import { counted } from '../../text/format.ts';
import { Freshness, type Read, ReadState, useLive, watched } from '../live.tsx';
import { duration } from '../parts/format.ts';
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
  return (
    <ScreenFrame title={text.title} aside={<Freshness reads={[stats, health, queue]} isLive />}>
      <Failure reads={[stats, health, queue]} />
      <Facts>
        <ProvidersFact stats={stats.data} health={health.data} isLink={sees('providers')} />
        <QueueFact metrics={queue.data} isLink={sees('queue')} />
      </Facts>
    </ScreenFrame>
  );
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
