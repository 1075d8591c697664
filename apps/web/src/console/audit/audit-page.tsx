import { useNavigate, useSearch } from '@tanstack/react-router';
import type { ResultOf } from '@valuecanvas/web-client';
import { type SubmitEvent, useState } from 'react';
import { useApi } from '../../api.tsx';
import { Button } from '../../parts/button.tsx';
import { Field } from '../../parts/field.tsx';
import { usePages } from '../../parts/use-pages.ts';
import { consoleText } from '../../text/console.en.ts';
import { Freshness, ReadState } from '../live.tsx';
import { type Column, DataTable } from '../parts/data-table.tsx';
import { dayAndTimeOf } from '../parts/format.ts';
import { ScreenFrame } from '../parts/screen.tsx';
import { ShowMore } from '../parts/show-more.tsx';
import styles from './audit-page.module.css';
import { changedFields } from './changed-fields.ts';

const text = consoleText.audit;

type AuditRecord = ResultOf<'listAuditRecords'>['items'][number];

interface Filters {
  readonly operation?: string | undefined;
  readonly kind?: string | undefined;
  readonly target?: string | undefined;
}

/** Changes by operators, newest first: who changed what, from what to what, and why. */
export function AuditPage() {
  const api = useApi();
  const { operation, kind, target, open } = useSearch({ from: '/signed-in/console/audit' });
  const navigate = useNavigate({ from: '/console/audit' });
  const { items: records, query: read } = usePages(
    ['listAuditRecords', 'pages', operation, kind, target],
    (page, options) =>
      api.call.listAuditRecords(
        {
          query: {
            ...(operation ? { operation } : {}),
            ...(kind ? { targetKind: kind } : {}),
            ...(target ? { targetId: target } : {}),
            ...page,
          },
        },
        options,
      ),
  );
  const toggle = (id: string) =>
    void navigate({ search: (before) => ({ ...before, open: open === id ? undefined : id }), replace: true });
  const columns: readonly Column<AuditRecord>[] = [
    { id: 'at', head: text.at, cell: ({ at }) => <time dateTime={at}>{dayAndTimeOf(at)}</time> },
    { id: 'operation', head: text.operation, cell: (record) => <code>{record.operation}</code> },
    {
      id: 'target',
      head: text.target,
      cell: (record) => (
        <>
          {record.target.kind} <span className={styles.id}>{record.target.id}</span>
        </>
      ),
    },
    { id: 'actor', head: text.actor, cell: ({ actor }) => <Actor actor={actor} /> },
    { id: 'reason', head: text.reason, cell: ({ reason }) => reason ?? '–' },
    {
      id: 'change',
      head: text.change,
      cell: ({ id, operation: name }) => (
        <Button
          look="link"
          aria-expanded={open === id}
          aria-label={text.changeOf(name)}
          onClick={() => toggle(id)}
        >
          {text.show}
        </Button>
      ),
      isNumeric: true,
    },
  ];
  return (
    <ScreenFrame
      hasRows
      title={text.title}
      aside={<Freshness reads={[read]} />}
      controls={
        <FilterFields
          key={[operation, kind, target].join(' ')}
          filters={{ operation, kind, target }}
          onFilter={(filters) => void navigate({ search: filters })}
        />
      }
    >
      <ReadState read={read} />
      {read.data && (
        <DataTable
          caption={text.title}
          isCaptionHidden
          columns={columns}
          rows={records}
          keyOf={({ id }) => id}
          empty={text.empty}
          details={(record) => (record.id === open ? <ChangeOf record={record} /> : undefined)}
        />
      )}
      <ShowMore query={read} />
    </ScreenFrame>
  );
}

function FilterFields({
  filters,
  onFilter,
}: {
  readonly filters: Filters;
  readonly onFilter: (filters: Filters) => void;
}) {
  const [draft, setDraft] = useState(filters);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    onFilter({
      operation: draft.operation?.trim() || undefined,
      kind: draft.kind?.trim() || undefined,
      target: draft.target?.trim() || undefined,
    });
  };
  return (
    <form className={styles.filters} onSubmit={submit}>
      {(['operation', 'kind', 'target'] as const).map((name) => (
        <Field
          key={name}
          label={text.filters[name]}
          value={draft[name] ?? ''}
          maxLength={100}
          onChange={({ target }) => setDraft({ ...draft, [name]: target.value })}
        />
      ))}
      <Button type="submit">{text.filter}</Button>
      {Object.values(filters).some(Boolean) && (
        <Button look="quiet" onClick={() => onFilter({})}>
          {text.clear}
        </Button>
      )}
    </form>
  );
}

function Actor({ actor: { userId, role, apiKeyId } }: { readonly actor: AuditRecord['actor'] }) {
  if (userId === undefined) return text.command;
  return (
    <>
      {apiKeyId === undefined ? role : text.withKey(role ?? '')} <span className={styles.id}>{userId}</span>
    </>
  );
}

function ChangeOf({ record: { before, after, requestId } }: { readonly record: AuditRecord }) {
  const fields = changedFields(before, after);
  return (
    <div className={styles.change}>
      {fields.length === 0 ? (
        <p>{text.noFields}</p>
      ) : (
        <dl>
          {fields.map(({ name, before: old, after: new_ }) => (
            <div key={name}>
              <dt>{name}</dt>
              {old !== undefined && (
                <dd>
                  <del>{old}</del>
                </dd>
              )}
              {new_ !== undefined && (
                <dd>
                  <ins>{new_}</ins>
                </dd>
              )}
            </div>
          ))}
        </dl>
      )}
      {requestId && (
        <p>
          {text.request} <code>{requestId}</code>
        </p>
      )}
    </div>
  );
}
