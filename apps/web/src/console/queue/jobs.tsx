import { useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useRouteContext, useSearch } from '@tanstack/react-router';
import type { ResultOf } from '@valuecanvas/web-client';
import { useRef, useState } from 'react';
import { useApi } from '../../api.tsx';
import { Button } from '../../parts/button.tsx';
import { usePages } from '../../parts/use-pages.ts';
import { consoleText } from '../../text/console.en.ts';
import { ReadState } from '../live.tsx';
import { Amount } from '../parts/amount.tsx';
import { type Column, DataTable } from '../parts/data-table.tsx';
import { dayAndTimeOf } from '../parts/format.ts';
import { nanosOf } from '../parts/money.ts';
import { OperateDialog } from '../parts/operate-dialog.tsx';
import type { Reason } from '../parts/operate-dialog-popup.tsx';
import { useOutcome } from '../parts/outcome.tsx';
import { Select } from '../parts/select.tsx';
import { SelectionBar, useSelection } from '../parts/selection.tsx';
import { ShowMore } from '../parts/show-more.tsx';
import styles from './jobs.module.css';
import { RedriveDialog } from './redrive-dialog.tsx';

const text = consoleText.queue;

export type Job = ResultOf<'listAllJobs'>['items'][number];

const statuses = ['queued', 'active', 'delayed', 'completed', 'failed', 'cancelled'] as const;
const unfinished: readonly Job['status'][] = ['queued', 'active', 'delayed'];

/** The jobs of all users and of the platform, newest first. Operators cancel unfinished ones and let failed ones run again. */
export function Jobs() {
  const api = useApi();
  const queries = useQueryClient();
  const { user } = useRouteContext({ from: '/signed-in' }).session;
  const { status, redrive } = useSearch({ from: '/signed-in/console/queue' });
  const navigate = useNavigate({ from: '/console/queue' });
  const known = statuses.find((one) => one === status);
  const { items: jobs, query: read } = usePages(['listAllJobs', 'pages', known, redrive], (page, options) =>
    api.call.listAllJobs(
      { query: { ...(known ? { status: known } : {}), ...(redrive ? { redriveId: redrive } : {}), ...page } },
      options,
    ),
  );
  const [outcome, showOutcome] = useOutcome();
  const table = useRef<HTMLElement>(null);
  const [cancelling, setCancelling] = useState<Job | undefined>(undefined);
  const [redriving, setRedriving] = useState<readonly string[] | undefined>(undefined);
  const mayWrite = user.permissions.includes('jobs:write');
  const { selection, selectedRows } = useSelection(jobs, keyOf, {
    isSelectable: (job) => job.status === 'failed',
    nameOf: nameOf,
  });
  const refresh = () => queries.invalidateQueries({ queryKey: ['listAllJobs'] });
  const cancel = async (job: Job, reason: Reason) => {
    await api.call.cancelAnyJob({ params: { jobId: job.jobId }, ...reason });
    showOutcome(text.cancelled(nameOf(job)));
    await refresh();
  };
  const columns: readonly Column<Job>[] = [
    { id: 'job', head: text.job, cell: ({ jobId }) => <code className={styles.id}>{jobId}</code> },
    { id: 'type', head: text.type, cell: ({ type }) => type },
    { id: 'status', head: text.status, cell: (job) => <Status job={job} /> },
    { id: 'user', head: text.user, cell: (job) => <Submitter job={job} /> },
    {
      id: 'created',
      head: text.created,
      cell: ({ createdAt }) => <time dateTime={createdAt}>{dayAndTimeOf(createdAt)}</time>,
    },
    { id: 'attempts', head: text.attempts, cell: ({ attempts }) => attempts, isNumeric: true },
    {
      id: 'cost',
      head: text.cost,
      cell: ({ cost }) => (cost === undefined ? '–' : <Amount nanos={nanosOf(cost)} />),
      isNumeric: true,
    },
    ...(mayWrite
      ? [
          {
            id: 'action',
            head: text.action,
            cell: (job: Job) =>
              unfinished.includes(job.status) && (
                <Button
                  look="link"
                  aria-label={`${text.cancelJob}: ${nameOf(job)}`}
                  onClick={() => setCancelling(job)}
                >
                  {text.cancelJob}
                </Button>
              ),
            isNumeric: true,
          },
        ]
      : []),
  ];
  return (
    <section ref={table} className={styles.jobs} aria-label={text.jobs} tabIndex={-1}>
      <div className={styles.controls}>
        <Select
          label={text.status}
          value={known ?? ''}
          onChange={({ target }) => void navigate({ search: { status: target.value || undefined } })}
          options={[
            { value: '', name: text.anyStatus },
            ...statuses.map((one) => ({ value: one, name: text.statuses[one] })),
          ]}
        />
        <Button onClick={() => void refresh()}>{consoleText.refresh}</Button>
        {redrive && (
          <Button look="quiet" onClick={() => void navigate({ search: { status: 'failed' } })}>
            {text.leaveRedrive}
          </Button>
        )}
      </div>
      {redrive && <p>{text.ofRedrive}</p>}
      {outcome}
      <ReadState read={read} />
      {read.data && (
        <DataTable
          caption={text.jobs}
          columns={columns}
          rows={jobs}
          keyOf={keyOf}
          empty={text.noJobs}
          details={({ error }) =>
            error && (
              <p className={styles.error}>
                <code>{error.code}</code> {error.message}
              </p>
            )
          }
          selection={mayWrite ? selection : undefined}
        />
      )}
      <SelectionBar selection={selection}>
        <Button onClick={() => setRedriving(selectedRows.map(keyOf))}>
          {text.redrive(selectedRows.length)}
        </Button>
      </SelectionBar>
      <ShowMore query={read} />
      {cancelling && (
        <OperateDialog
          title={text.cancelTitle}
          description={text.cancelText(nameOf(cancelling))}
          confirm={text.cancelJob}
          look="danger"
          afterwards={table}
          onConfirm={(reason) => cancel(cancelling, reason)}
          onClose={() => setCancelling(undefined)}
        />
      )}
      {redriving && (
        <RedriveDialog
          jobIds={redriving}
          afterwards={table}
          onDone={(redriveId, count) => {
            showOutcome(text.redriven(count));
            selection.set(new Set());
            void navigate({ search: { redrive: redriveId } });
          }}
          onClose={() => setRedriving(undefined)}
        />
      )}
    </section>
  );
}

const keyOf = ({ jobId }: Job) => jobId;
const nameOf = ({ jobId, type }: Job) => `${type} ${jobId}`;

function Status({ job: { status, redrives } }: { readonly job: Job }) {
  return (
    <span className={status === 'failed' ? styles.failed : ''}>
      {text.statuses[status]}
      {redrives > 0 && ` ${text.redriveNote(redrives)}`}
    </span>
  );
}

function Submitter({ job: { userId } }: { readonly job: Job }) {
  const { user } = useRouteContext({ from: '/signed-in' }).session;
  if (userId === undefined) return text.platform;
  const id = <code className={styles.id}>{userId}</code>;
  if (!user.permissions.includes('users:read')) return id;
  return (
    <Link to="/console/users/$id" params={{ id: userId }}>
      {id}
    </Link>
  );
}
