import { useRouteContext } from '@tanstack/react-router';
import { consoleText } from '../../text/console.en.ts';
import { counted } from '../../text/format.ts';
import { Freshness, ReadState, useLive, watched } from '../live.tsx';
import { duration } from '../parts/format.ts';
import { Fact, Facts, ScreenFrame } from '../parts/screen.tsx';
import { Jobs } from './jobs.tsx';

const text = consoleText.queue;

/** How long a job may wait before the screen draws attention to it. */
const longWaitMs = 60_000;

/** Figures of the job queue over all users, and its jobs. */
export function QueuePage() {
  const { user } = useRouteContext({ from: '/signed-in' }).session;
  const metrics = useLive('getQueueMetrics', {}, { every: watched });
  const { data } = metrics;
  return (
    <ScreenFrame
      hasRows
      hasSelection={user.permissions.includes('jobs:write')}
      title={text.title}
      aside={<Freshness reads={[metrics]} isLive />}
    >
      <ReadState read={metrics} />
      {data && (
        <>
          <Facts>
            <Fact
              name={text.waiting}
              value={counted(data.waiting)}
              note={data.waiting > 0 ? text.oldest(duration(data.oldestWaitingMs)) : text.nothingWaits}
              look={data.waiting > 0 && data.oldestWaitingMs > longWaitMs ? 'warn' : undefined}
            />
            <Fact name={text.active} value={counted(data.active)} note={text.activeNote} />
            <Fact name={text.delayed} value={counted(data.delayed)} note={text.delayedNote} />
            <Fact name={text.depth} value={counted(data.queueDepth)} note={text.depthNote} />
          </Facts>
          <Facts>
            <Fact name={text.rate} value={data.processingRate.toFixed(1)} note={text.rateNote} />
            <Fact name={text.completed} value={counted(data.completed)} note={text.lastDay} />
            <Fact
              name={text.failed}
              value={counted(data.failed)}
              note={text.lastDay}
              look={data.failed > 0 ? 'warn' : undefined}
            />
          </Facts>
        </>
      )}
      <Jobs />
    </ScreenFrame>
  );
}
