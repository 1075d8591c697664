import { useMutation, useQueries } from '@tanstack/react-query';
import { useRouteContext } from '@tanstack/react-router';
import type { ResultOf } from '@valuecanvas/web-client';
import { queryOf, useApi } from '../../api.tsx';
import { Button } from '../../parts/button.tsx';
import { ErrorNotice } from '../../parts/error-notice.tsx';
import { promptsText } from '../../text/prompts.en.ts';
import { type Column, DataTable } from '../parts/data-table.tsx';
import { dayAndTimeOf } from '../parts/format.ts';
import { type Label, useRefreshPrompts } from './prompt-reads.ts';
import styles from './prompts.module.css';

const text = promptsText.proposals;

type Proposal = ResultOf<'listPromptLabelProposals'>['items'][number];

/** Open proposals for the protected labels of a prompt. Shows nothing without any. */
export function Proposals({
  promptKey,
  labels,
  mayApprove,
  onDecided,
}: {
  readonly promptKey: string;
  readonly labels: readonly Label[];
  readonly mayApprove: boolean;
  readonly onDecided: (sentence: string) => void;
}) {
  const api = useApi();
  const refresh = useRefreshPrompts();
  const { user } = useRouteContext({ from: '/signed-in' }).session;
  const reads = useQueries({
    queries: labels
      .filter((label) => label.protected)
      .map(({ label, environment }) =>
        queryOf(api, 'listPromptLabelProposals', {
          params: { promptKey, label },
          query: { environment, limit: 100 },
        }),
      ),
  });
  const open = reads.flatMap(({ data }) => data?.items.filter(({ status }) => status === 'open') ?? []);
  const decide = useMutation({
    async mutationFn({ id, label, version, isApproved }: Proposal & { readonly isApproved: boolean }) {
      const input = { params: { promptKey, label, proposalId: id } };
      if (isApproved) await api.call.approvePromptLabelMove(input);
      else await api.call.rejectPromptLabelMove(input);
      return isApproved ? text.approved(label, version) : text.rejected(label, version);
    },
    onSettled: refresh,
    onSuccess: (sentence) => onDecided(sentence),
  });
  const columns: readonly Column<Proposal>[] = [
    {
      id: 'move',
      head: text.move,
      cell: ({ label, environment, from, version }) =>
        text.moveOf(label, environment, from === null ? promptsText.history.none : `v${from}`, version),
    },
    { id: 'reason', head: promptsText.history.reason, cell: ({ reason }) => reason ?? '–' },
    { id: 'at', head: text.at, cell: ({ proposedAt }) => dayAndTimeOf(proposedAt) },
    {
      id: 'by',
      head: text.by,
      cell: ({ proposedBy }) => (proposedBy === user.id ? promptsText.history.you : proposedBy),
    },
    {
      id: 'decision',
      head: text.actions,
      isNumeric: true,
      cell: (proposal) => (
        <span className={styles.actions}>
          {proposal.proposedBy === user.id && text.own}
          {mayApprove && proposal.proposedBy !== user.id && (
            <Button
              look="link"
              aria-label={text.approveOf(proposal.label, proposal.version)}
              disabled={decide.isPending}
              onClick={() => decide.mutate({ ...proposal, isApproved: true })}
            >
              {text.approve}
            </Button>
          )}
          <Button
            look="link"
            aria-label={text.rejectOf(proposal.label, proposal.version)}
            disabled={decide.isPending}
            onClick={() => decide.mutate({ ...proposal, isApproved: false })}
          >
            {text.reject}
          </Button>
        </span>
      ),
    },
  ];
  return (
    <>
      {decide.error && <ErrorNotice error={decide.error} />}
      {open.length > 0 && (
        <DataTable caption={text.title} columns={columns} rows={open} keyOf={({ id }) => id} />
      )}
    </>
  );
}
