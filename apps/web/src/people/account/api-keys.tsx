import { useQueryClient } from '@tanstack/react-query';
import { useRouteContext } from '@tanstack/react-router';
import type { ResultOf } from '@valuecanvas/web-client';
import { lazy, Suspense, useRef, useState } from 'react';
import { useApi } from '../../api.tsx';
import { Button } from '../../parts/button.tsx';
import { ErrorNotice } from '../../parts/error-notice.tsx';
import { ShownOnce } from '../../parts/shown-once.tsx';
import { usePages } from '../../parts/use-pages.ts';
import { useAnnounce } from '../../shell/announcer.tsx';
import { apiKeysText as text } from '../../text/account.en.ts';
import { ago, dateOf } from '../../text/format.ts';
import page from './account-page.module.css';
import styles from './api-keys.module.css';
import { type CreatedKey, CreateKey } from './create-key.tsx';

type Key = ResultOf<'listApiKeys'>['items'][number];

const RevokeDialog = lazy(async () => ({ default: (await import('./revoke-dialog.tsx')).RevokeDialog }));

/** The API keys of the user: lists, creates and revokes them. */
export function ApiKeys() {
  const api = useApi();
  const queries = useQueryClient();
  const announce = useAnnounce();
  const { session } = useRouteContext({ from: '/signed-in' });
  const [state, setState] = useState<'closed' | 'asking' | CreatedKey>('closed');
  const [revoking, setRevoking] = useState<Key | undefined>(undefined);
  const heading = useRef<HTMLHeadingElement>(null);
  const { items: keys, query } = usePages(['listApiKeys'], (part, options) =>
    api.call.listApiKeys({ query: part }, options),
  );
  const renew = () => queries.invalidateQueries({ queryKey: ['listApiKeys'] });
  const close = () => {
    setState('closed');
    heading.current?.focus();
  };
  const revoke = async ({ id, name }: Key) => {
    await api.call.revokeApiKey({ params: { id } });
    await renew();
    announce(text.revoked(name));
  };
  return (
    <section className={page.section}>
      <h2 ref={heading} tabIndex={-1}>
        {text.title}
      </h2>
      <p className={page.note}>{text.about}</p>
      {query.error && <ErrorNotice error={query.error} retry={() => void query.refetch()} />}
      {query.data && keys.length === 0 && state === 'closed' && <p>{text.none}</p>}
      {keys.length > 0 && <KeysTable keys={keys} onRevoke={setRevoking} />}
      {query.hasNextPage && (
        <div>
          <Button onClick={() => void query.fetchNextPage()}>{text.more}</Button>
        </div>
      )}
      {state === 'closed' && (
        <div>
          <Button onClick={() => setState('asking')}>{text.create}</Button>
        </div>
      )}
      {state === 'asking' && (
        <CreateKey
          permissions={session.user.permissions}
          onCreated={(created) => {
            setState(created);
            void renew();
          }}
          onCancel={close}
        />
      )}
      {typeof state === 'object' && (
        <ShownOnce
          title={text.created(state.name)}
          label={text.key}
          hint={text.copyNow}
          value={state.key}
          text={text.once}
          onDone={close}
        />
      )}
      <Suspense>
        {revoking && (
          <RevokeDialog
            name={revoking.name}
            onRevoke={() => revoke(revoking)}
            onClose={() => setRevoking(undefined)}
          />
        )}
      </Suspense>
    </section>
  );
}

function KeysTable({
  keys,
  onRevoke,
}: {
  readonly keys: readonly Key[];
  readonly onRevoke: (key: Key) => void;
}) {
  return (
    <table className={page.table}>
      <caption>{text.caption}</caption>
      <thead>
        <tr>
          <th scope="col">{text.name}</th>
          <th scope="col">{text.lastUsed}</th>
          <th scope="col">{text.expires}</th>
          <th scope="col">{text.actions}</th>
        </tr>
      </thead>
      <tbody>
        {keys.map((key) => (
          <tr key={key.id}>
            <td className={styles.name}>
              {key.name} <code>{key.prefix}…</code>
              <br />
              <span className={page.note}>
                {key.scopes.map((scope) => text.permissionNames[scope]).join(', ')}
              </span>
            </td>
            <td>{key.lastUsedAt ? ago(key.lastUsedAt) : text.never}</td>
            <td>{expiryOf(key)}</td>
            <td>
              <Button look="link" aria-label={text.revokeOf(key.name)} onClick={() => onRevoke(key)}>
                {text.revoke}
              </Button>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function expiryOf({ expiresAt }: Key): string {
  if (!expiresAt) return text.neverExpires;
  return Date.parse(expiresAt) <= Date.now() ? text.expired(dateOf(expiresAt)) : dateOf(expiresAt);
}
