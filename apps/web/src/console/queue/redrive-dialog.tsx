import { useQuery } from '@tanstack/react-query';
import { type RefObject, useRef } from 'react';
import { useApi } from '../../api.tsx';
import { ErrorNotice } from '../../parts/error-notice.tsx';
import { consoleText } from '../../text/console.en.ts';
import { ago, dollars } from '../../text/format.ts';
import { OperateDialog } from '../parts/operate-dialog.tsx';
import type { Reason } from '../parts/operate-dialog-popup.tsx';

const text = consoleText.queue;

/** Says how many failed jobs would run again, how old the oldest is and what they may cost, and lets them run. */
export function RedriveDialog({
  jobIds,
  afterwards,
  onDone,
  onClose,
}: {
  readonly jobIds: readonly string[];
  readonly afterwards: RefObject<HTMLElement | null>;
  /** Receives the id of the redrive, if at least one job runs again. */
  readonly onDone: (redriveId: string | undefined, jobs: number) => void;
  readonly onClose: () => void;
}) {
  const api = useApi();
  const plan = useQuery({
    queryKey: ['redriveJobs', jobIds],
    queryFn: ({ signal }) =>
      api.call.redriveJobs({ body: { jobIds: [...jobIds], dryRun: true } }, { signal }),
    staleTime: 0,
  });
  const done = useRef<{ readonly redriveId?: string; readonly jobs: number } | undefined>(undefined);
  const run = async (reason: Reason) => {
    done.current = await api.call.redriveJobs({ body: { jobIds: [...jobIds] }, ...reason });
  };
  const close = () => {
    onClose();
    if (done.current) onDone(done.current.redriveId, done.current.jobs);
  };
  if (plan.error) return <ErrorNotice error={plan.error} />;
  if (!plan.data) return null;
  const { jobs, oldestAt, estimatedCost } = plan.data;
  return (
    <OperateDialog
      title={text.redrive(jobs)}
      description={text.redriveText(
        jobs,
        oldestAt === undefined ? '' : ago(oldestAt),
        dollars(estimatedCost),
      )}
      confirm={text.redriveConfirm}
      afterwards={afterwards}
      onConfirm={run}
      onClose={close}
    />
  );
}
