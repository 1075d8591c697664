import { useRouteContext } from '@tanstack/react-router';
import type { ResultOf } from '@valuecanvas/web-client';
import { useApi } from '../../api.tsx';
import { usePages } from '../../parts/use-pages.ts';
import { promptsText } from '../../text/prompts.en.ts';
import { ReadState } from '../live.tsx';
import { type Column, DataTable } from '../parts/data-table.tsx';
import { dayAndTimeOf } from '../parts/format.ts';
import { ShowMore } from '../parts/show-more.tsx';
import type { Label } from './prompt-reads.ts';

const text = promptsText.history;

type LabelMove = ResultOf<'listPromptLabelMoves'>['items'][number];

/** Every move of a label, newest first: who moved it, from where to where, and why. */
export function LabelHistory({
  label: { promptKey, label, environment },
}: {
  readonly label: Pick<Label, 'promptKey' | 'label' | 'environment'>;
}) {
  const api = useApi();
  const { user } = useRouteContext({ from: '/signed-in' }).session;
  const { items: moves, query: read } = usePages(
    ['listPromptLabelMoves', promptKey, environment, label],
    (page, options) =>
      api.call.listPromptLabelMoves(
        { params: { promptKey, label }, query: { environment, ...page } },
        options,
      ),
  );
  const nameOf = (id: string | undefined) => (id === user.id ? text.you : (id ?? text.command));
  const columns: readonly Column<LabelMove>[] = [
    { id: 'at', head: text.at, cell: ({ at }) => <time dateTime={at}>{dayAndTimeOf(at)}</time> },
    { id: 'from', head: text.from, cell: ({ from }) => (from === null ? text.none : `v${from}`) },
    { id: 'to', head: text.to, cell: ({ to }) => (to === null ? text.none : `v${to}`) },
    {
      id: 'by',
      head: text.by,
      cell: ({ movedBy, approvedBy }) =>
        [nameOf(movedBy), approvedBy && text.approved(nameOf(approvedBy))].filter(Boolean).join(', '),
    },
    { id: 'reason', head: text.reason, cell: ({ reason }) => reason ?? '–' },
  ];
  return (
    <>
      <ReadState read={read} />
      {read.data && (
        <DataTable
          caption={text.title(label, environment)}
          columns={columns}
          rows={moves}
          keyOf={({ at, to }) => `${at} ${to}`}
          empty={text.empty}
        />
      )}
      <ShowMore query={read} />
    </>
  );
}
