import { useQueryClient } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { useApi } from '../../api.tsx';
import { Button } from '../../parts/button.tsx';
import { useAnnounce } from '../../shell/announcer.tsx';
import { consoleText } from '../../text/console.en.ts';
import { counted } from '../../text/format.ts';
import { Freshness, ReadState } from '../live.tsx';
import { type Column, DataTable } from '../parts/data-table.tsx';
import { dayAndTimeOf, duration, share } from '../parts/format.ts';
import { OperateDialog } from '../parts/operate-dialog.tsx';
import type { Reason } from '../parts/operate-dialog-popup.tsx';
import { useOutcome } from '../parts/outcome.tsx';
import { ScreenFrame } from '../parts/screen.tsx';
import { Select } from '../parts/select.tsx';
import { BreakerChanges } from './breaker-changes.tsx';
import { BreakerState } from './breaker-state.tsx';
import { type Health, useProviderHealth, useProviderStats } from './provider-reads.ts';
import styles from './providers-page.module.css';
import type { Combined, ProviderRow } from './replicas.ts';

const text = consoleText.providers;

/** Breakers, health and latencies of the providers, and the two actions on them. */
export function ProvidersPage() {
  const { open } = useSearch({ from: '/signed-in/console/providers' });
  const navigate = useNavigate({ from: '/console/providers' });
  const stats = useProviderStats();
  const health = useProviderHealth();
  const [outcome, showOutcome] = useOutcome();
  useStateAnnouncements(stats.data);
  const toggle = (id: string) =>
    void navigate({ search: { open: open === id ? undefined : id }, replace: true });
  const columns: readonly Column<ProviderRow>[] = [
    { id: 'id', head: text.provider, cell: ({ id }) => id },
    { id: 'state', head: text.state, cell: ({ state }) => <BreakerState state={state} /> },
    { id: 'health', head: text.health, cell: ({ id }) => <HealthOf health={health.data} id={id} /> },
    { id: 'calls', head: text.calls, cell: ({ calls }) => counted(calls), isNumeric: true },
    {
      id: 'failures',
      head: text.failures,
      cell: ({ failures, calls }) => share(failures, calls),
      isNumeric: true,
    },
    {
      id: 'p50',
      head: text.p50,
      cell: ({ calls, latencyP50 }) => latency(calls, latencyP50),
      isNumeric: true,
    },
    {
      id: 'p95',
      head: text.p95,
      cell: ({ calls, latencyP95 }) => latency(calls, latencyP95),
      isNumeric: true,
    },
    { id: 'fallbacks', head: text.fallbacks, cell: ({ fallbacks }) => counted(fallbacks), isNumeric: true },
    {
      id: 'models',
      head: consoleText.providers.modelsHead,
      cell: ({ id, models }) => (
        <Button
          look="link"
          className={styles.toggle ?? ''}
          aria-expanded={open === id}
          onClick={() => toggle(id)}
        >
          {text.models(Object.keys(models).length)}
        </Button>
      ),
      isNumeric: true,
    },
  ];
  return (
    <ScreenFrame
      hasRows
      title={text.title}
      aside={<Freshness reads={[stats, health]} isLive />}
      controls={stats.data && <Actions combined={stats.data} onDone={showOutcome} />}
    >
      {outcome}
      <ReadState read={stats} />
      {stats.data && (
        <>
          <DataTable
            caption={text.caption}
            isCaptionHidden
            columns={columns}
            rows={stats.data.rows}
            keyOf={({ id }) => id}
            details={(row) => (row.id === open ? <Models row={row} /> : undefined)}
          />
          <p className={styles.note}>
            {text.of(stats.data.routers, dayAndTimeOf(stats.data.since))}{' '}
            {stats.data.routers > 1 && text.highest}
          </p>
          <BreakerChanges />
          <CacheFigures cache={stats.data.cache} />
        </>
      )}
    </ScreenFrame>
  );
}

const latency = (calls: number, milliseconds: number) => (calls === 0 ? '–' : duration(milliseconds));

function HealthOf({ health, id }: { readonly health: Health | undefined; readonly id: string }) {
  const provider = health?.providers[id];
  if (!provider) return consoleText.unknown;
  if (provider.problem) return <span className={styles.down}>{text.problems[provider.problem]}</span>;
  if (!provider.checked) return text.unchecked;
  return provider.healthy ? text.up : <span className={styles.down}>{text.down}</span>;
}

function Models({ row }: { readonly row: ProviderRow }) {
  const models = Object.entries(row.models);
  if (models.length === 0) return <span className={styles.note}>{text.noModels}</span>;
  return (
    <ul className={styles.models} aria-label={text.modelStates(row.id)}>
      {models.map(([model, state]) => (
        <li key={model}>
          {model} <BreakerState state={state} />
        </li>
      ))}
    </ul>
  );
}

function CacheFigures({ cache: { hits, lookups } }: { readonly cache: Combined['cache'] }) {
  return (
    <section>
      <h2>{text.cache}</h2>
      <dl className={styles.cache}>
        <dt>{text.hits}</dt>
        <dd>{text.hitRate(share(hits, lookups), counted(hits), counted(lookups))}</dd>
      </dl>
    </section>
  );
}

/** Says once that the breaker of a provider has opened or closed. Other figures change silently. */
function useStateAnnouncements(combined: Combined | undefined): void {
  const announce = useAnnounce();
  const before = useRef(new Map<string, ProviderRow['state']>());
  useEffect(() => {
    for (const { id, state } of combined?.rows ?? []) {
      const known = before.current.get(id);
      if (known !== undefined && known !== state)
        announce(text.announce(id, text.states[state].toLowerCase()));
      before.current.set(id, state);
    }
  }, [combined, announce]);
}

type Action = 'close' | 'clear';

function Actions({
  combined,
  onDone,
}: {
  readonly combined: Combined;
  readonly onDone: (sentence: string) => void;
}): ReactNode {
  const api = useApi();
  const queries = useQueryClient();
  const [action, setAction] = useState<Action | undefined>(undefined);
  const [model, setModel] = useState('');
  const models = [...new Set(combined.rows.flatMap((row) => Object.keys(row.models)))].toSorted();
  const done = async (sentence: string) => {
    onDone(sentence);
    await queries.invalidateQueries();
  };
  const close = async (reason: Reason) => {
    const { closed } = await api.call.resetBreakers({ ...reason });
    await done(text.closed(closed.length));
  };
  const clear = async (reason: Reason) => {
    const { removed } = await api.call.clearCache({ query: model ? { model } : {}, ...reason });
    await done(text.cleared(removed));
  };
  return (
    <>
      <Button onClick={() => setAction('close')}>{text.close}</Button>
      <Button onClick={() => setAction('clear')}>{text.clear}</Button>
      {action === 'close' && (
        <OperateDialog
          title={text.closeTitle}
          description={text.closeText(combined.rows.filter(({ state }) => state !== 'closed').length)}
          confirm={text.closeConfirm}
          onConfirm={close}
          onClose={() => setAction(undefined)}
        />
      )}
      {action === 'clear' && (
        <OperateDialog
          title={text.clearTitle}
          description={text.clearText}
          confirm={text.clearConfirm(model || undefined)}
          look="danger"
          onConfirm={clear}
          onClose={() => setAction(undefined)}
        >
          <Select
            label={text.clearModel}
            value={model}
            onChange={({ target }) => setModel(target.value)}
            options={[{ value: '', name: text.allModels }, ...models.map((name) => ({ value: name, name }))]}
          />
        </OperateDialog>
      )}
    </>
  );
}
