import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import type { ResultOf } from '@valuecanvas/web-client';
import { Button, buttonClass } from '../../parts/button.tsx';
import visually from '../../parts/visually-hidden.module.css';
import { promptsText } from '../../text/prompts.en.ts';
import { Freshness, ReadState, slow, useLive } from '../live.tsx';
import { type Column, DataTable } from '../parts/data-table.tsx';
import { ScreenFrame } from '../parts/screen.tsx';
import { Select } from '../parts/select.tsx';
import styles from './compare-versions-page.module.css';
import { type Line, pairLines } from './pair-lines.ts';
import { useVersions } from './prompt-reads.ts';

const text = promptsText.compare;

/** Two versions of a prompt: the text by line and word, then variables and parameters. */
export function CompareVersionsPage() {
  const { promptKey } = useParams({ from: '/signed-in/console/prompts/$promptKey/compare' });
  const search = useSearch({ from: '/signed-in/console/prompts/$promptKey/compare' });
  const navigate = useNavigate({ from: '/console/prompts/$promptKey/compare' });
  const versions = useVersions(promptKey);
  const from = Number(search.from) || 0;
  const to = Number(search.to) || 0;
  const isChosen = from > 0 && to > 0;
  const read = useLive(
    'diffPromptVersions',
    { params: { promptKey }, query: { from, to } },
    {
      every: slow,
      enabled: isChosen,
    },
  );
  const options = versions.items.map(({ version, status }) => ({
    value: String(version),
    name: `v${version} · ${promptsText.prompt.statuses[status]}`,
  }));
  const choose = (next: { from?: string; to?: string }) =>
    void navigate({ search: (before) => ({ ...before, ...next }), replace: true });
  return (
    <ScreenFrame
      title={text.title(promptKey)}
      aside={<Freshness reads={[read]} />}
      controls={
        <>
          <Link className={buttonClass('quiet')} to="/console/prompts/$promptKey" params={{ promptKey }}>
            {text.back}
          </Link>
          <Select
            label={text.from}
            value={String(from)}
            options={options}
            onChange={({ target }) => choose({ from: target.value })}
          />
          <Select
            label={text.to}
            value={String(to)}
            options={options}
            onChange={({ target }) => choose({ to: target.value })}
          />
          <Button look="quiet" onClick={() => choose({ from: String(to), to: String(from) })}>
            {text.swap}
          </Button>
        </>
      }
    >
      {isChosen ? <ReadState read={read} /> : <p>{text.onlyOne}</p>}
      {read.data && <Lines lines={read.data.lines} />}
      {read.data && <Fields changes={[...read.data.variables, ...read.data.metadata]} />}
    </ScreenFrame>
  );
}

/** The lines of both versions side by side, or below each other on narrow screens. */
function Lines({ lines }: { readonly lines: readonly Line[] }) {
  if (lines.every(({ kind }) => kind === 'equal')) return <p>{text.equal}</p>;
  return (
    <section aria-label={text.text} className={styles.lines} dir="auto">
      {[...pairLines(lines).entries()].map(([index, { before, after }]) => (
        <div key={index} className={styles.pair}>
          <Side line={before} number={before?.from} isRepeated={false} />
          <Side line={after} number={after?.to} isRepeated={before === after} />
        </div>
      ))}
    </section>
  );
}

function Side({
  line,
  number,
  isRepeated,
}: {
  readonly line: Line | undefined;
  readonly number: number | undefined;
  /** The same line stands on the other side, so that screen readers and narrow screens skip this one. */
  readonly isRepeated: boolean;
}) {
  const kind = line?.kind ?? 'absent';
  return (
    <div
      className={`${styles.side} ${styles[kind]} ${isRepeated ? styles.repeated : ''}`}
      aria-hidden={isRepeated || !line}
    >
      <span className={styles.number} aria-hidden="true">
        {number}
      </span>
      <span className={styles.sign} aria-hidden="true">
        {kind === 'added' ? '+' : kind === 'removed' ? '−' : ''}
      </span>
      <span className={styles.text}>
        {kind === 'added' && <span className={visually.hidden}>{text.added} </span>}
        {kind === 'removed' && <span className={visually.hidden}>{text.removed} </span>}
        {line?.words
          ? [...line.words.entries()].map(([index, { kind: change, text: words }]) =>
              change === 'equal' ? <span key={index}>{words}</span> : <strong key={index}>{words}</strong>,
            )
          : line?.text}
      </span>
    </div>
  );
}

type Change = ResultOf<'diffPromptVersions'>['variables'][number];

function Fields({ changes }: { readonly changes: readonly Change[] }) {
  const shown = (value: unknown) =>
    value === undefined ? text.absent : typeof value === 'string' ? value : JSON.stringify(value);
  const columns: readonly Column<Change>[] = [
    { id: 'name', head: text.field, cell: ({ name }) => name },
    { id: 'before', head: text.before, cell: ({ before }) => shown(before) },
    { id: 'after', head: text.after, cell: ({ after }) => shown(after) },
  ];
  return (
    <DataTable
      caption={text.fields}
      columns={columns}
      rows={changes}
      keyOf={({ name }) => name}
      empty={text.noFields}
    />
  );
}
