import { Link } from '@tanstack/react-router';
import type { ResultOf } from '@valuecanvas/web-client';
import { useApi } from '../../api.tsx';
import { usePages } from '../../parts/use-pages.ts';
import { counted } from '../../text/format.ts';
import { promptsText } from '../../text/prompts.en.ts';
import { Freshness, ReadState } from '../live.tsx';
import { Amount } from '../parts/amount.tsx';
import { type Column, DataTable } from '../parts/data-table.tsx';
import { dayAndTimeOf, duration, share } from '../parts/format.ts';
import { nanosOf } from '../parts/money.ts';
import { ScreenFrame } from '../parts/screen.tsx';
import { ShowMore } from '../parts/show-more.tsx';

const text = promptsText.list;

type Prompt = ResultOf<'listPrompts'>['items'][number];

/** All prompts by key, with the figures of their active versions. */
export function PromptsPage() {
  const api = useApi();
  const { items: prompts, query: read } = usePages(['listPrompts', 'pages'], (page, options) =>
    api.call.listPrompts({ query: { limit: 100, ...page } }, options),
  );
  return (
    <ScreenFrame hasRows title={promptsText.title} aside={<Freshness reads={[read]} />}>
      <ReadState read={read} />
      {read.data && (
        <DataTable
          caption={promptsText.title}
          isCaptionHidden
          columns={columns}
          rows={prompts}
          keyOf={({ promptKey }) => promptKey}
          empty={text.empty}
        />
      )}
      <ShowMore query={read} />
    </ScreenFrame>
  );
}

type Performance = NonNullable<Prompt['active']>['performance'];

/** A column with a figure of the active version, or a dash where the prompt has none or it was never used. */
const figure = (
  id: string,
  head: string,
  cell: (performance: Performance) => React.ReactNode,
): Column<Prompt> => ({
  id,
  head,
  isNumeric: true,
  cell: ({ active }) => (active && active.performance.executions > 0 ? cell(active.performance) : '–'),
});

const columns: readonly Column<Prompt>[] = [
  {
    id: 'key',
    head: text.key,
    cell: ({ promptKey }) => (
      <Link to="/console/prompts/$promptKey" params={{ promptKey }}>
        {promptKey}
      </Link>
    ),
  },
  { id: 'active', head: text.active, cell: ({ active }) => (active ? `v${active.version}` : text.none) },
  { id: 'latest', head: text.latest, cell: ({ latest }) => `v${latest}` },
  figure('uses', text.uses, ({ executions }) => counted(executions)),
  figure('success', text.success, ({ successRate }) => share(successRate, 1)),
  figure('latency', text.latency, ({ avgLatency }) => duration(avgLatency)),
  figure('cost', text.cost, ({ avgCost }) => <Amount nanos={nanosOf(avgCost)} />),
  figure('rating', text.rating, ({ userSatisfaction }) =>
    userSatisfaction === 0 ? '–' : userSatisfaction.toFixed(1),
  ),
  {
    id: 'updated',
    head: text.updated,
    cell: ({ updatedAt }) => <time dateTime={updatedAt}>{dayAndTimeOf(updatedAt)}</time>,
  },
];
