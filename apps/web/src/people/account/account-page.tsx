import { useQuery } from '@tanstack/react-query';
import { useRouteContext } from '@tanstack/react-router';
import type { ResultOf } from '@valuecanvas/web-client';
import { lazy, Suspense, useId, useState } from 'react';
import { queryOf, siteQuery, useApi } from '../../api.tsx';
import { Button, buttonClass } from '../../parts/button.tsx';
import { ErrorNotice } from '../../parts/error-notice.tsx';
import { PageHeading } from '../../shell/page-heading.tsx';
import { readShortcuts, writeShortcuts } from '../../shell/shortcut-setting.ts';
import { accountText } from '../../text/account.en.ts';
import { text } from '../../text/en.ts';
import { counted, dateOf, dollars } from '../../text/format.ts';
import styles from './account-page.module.css';
import { ApiKeys } from './api-keys.tsx';
import { SignOutButton } from './sign-out-button.tsx';
import { readTheme, setTheme, themes } from './theme.ts';

/** The user with tier and budgets, the API keys, the appearance, the session of this browser, and the user's data. */
export function AccountPage() {
  const { session } = useRouteContext({ from: '/signed-in' });
  return (
    <div className={styles.page}>
      <PageHeading title={accountText.title} />
      <dl className={styles.facts}>
        <dt>{accountText.email}</dt>
        <dd>{session.user.email}</dd>
        <dt>{accountText.tier}</dt>
        <dd>{session.user.tier}</dd>
      </dl>
      <Usage />
      <ApiKeys />
      <Appearance />
      <section className={styles.section}>
        <h2>{accountText.session}</h2>
        <p className={styles.note}>{accountText.signedInUntil(dateOf(session.expiresAt))}</p>
        <div>
          <SignOutButton />
        </div>
      </section>
      <OwnData email={session.user.email} />
    </div>
  );
}

const DeleteAccountDialog = lazy(() =>
  import('./delete-account-dialog.tsx').then((module) => ({ default: module.DeleteAccountDialog })),
);

/** Downloads the user's data, and deletes the account. */
function OwnData({ email }: { readonly email: string }) {
  const { addressOf } = useApi();
  const [isDeleting, setDeleting] = useState(false);
  return (
    <section className={styles.section}>
      <h2>{accountText.data}</h2>
      <p className={styles.note}>{accountText.dataNote}</p>
      <div className={styles.themes}>
        <a className={buttonClass()} href={addressOf.exportAccount({})} download>
          {accountText.download}
        </a>
        <Button look="danger" onClick={() => setDeleting(true)}>
          {accountText.delete}
        </Button>
      </div>
      {isDeleting && (
        <Suspense>
          <DeleteAccountDialog email={email} onClose={() => setDeleting(false)} />
        </Suspense>
      )}
    </section>
  );
}

function Usage() {
  const api = useApi();
  const { data: site } = useQuery(siteQuery(api));
  const {
    data: usage,
    error,
    refetch,
  } = useQuery({ ...queryOf(api, 'getOwnUsage', { query: {} }), staleTime: 0 });
  return (
    <section className={styles.section}>
      <h2>{accountText.budgets}</h2>
      {error && <ErrorNotice error={error} retry={() => void refetch()} />}
      {usage && (
        <>
          <div className={styles.budgets}>
            <Budget name={accountText.today} budget={usage.budget.day} resets={accountText.resetsDay} />
            <Budget name={accountText.month} budget={usage.budget.month} resets={accountText.resetsMonth} />
          </div>
          <p className={styles.note}>
            {accountText.usage(
              counted(usage.requestCount),
              counted(usage.cachedCount),
              dollars(usage.totalCost),
            )}{' '}
            {site && <a href={site.upgradeUrl}>{accountText.higher}</a>}
          </p>
          {usage.byModel.length > 0 && <ByModel rows={usage.byModel} />}
        </>
      )}
    </section>
  );
}

type UsageReport = ResultOf<'getOwnUsage'>;

function Budget({
  name,
  budget: { spent, limit },
  resets,
}: {
  readonly name: string;
  readonly budget: UsageReport['budget']['day'];
  readonly resets: string;
}) {
  const id = useId();
  return (
    <div className={styles.budget}>
      <span id={id}>
        {name}: {accountText.spentOf(dollars(spent), dollars(limit))}
      </span>
      <meter aria-labelledby={id} value={spent} max={limit} high={limit * 0.8} />
      <span className={styles.note}>{resets}</span>
    </div>
  );
}

function ByModel({ rows }: { readonly rows: UsageReport['byModel'] }) {
  return (
    <table className={styles.table}>
      <caption>{accountText.byModel}</caption>
      <thead>
        <tr>
          <th scope="col">{accountText.model}</th>
          <th scope="col">{accountText.calls}</th>
          <th scope="col">{accountText.cost}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ model, requests, cost }) => (
          <tr key={model}>
            <td>{model}</td>
            <td>{counted(requests)}</td>
            <td>{dollars(cost)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Appearance() {
  const [theme, choose] = useState(readTheme);
  const [hasShortcuts, setShortcuts] = useState(readShortcuts);
  return (
    <section className={styles.section}>
      <h2 id="appearance">{accountText.appearance}</h2>
      <div className={styles.themes} role="radiogroup" aria-labelledby="appearance">
        {themes.map((value) => (
          <label key={value}>
            <input
              type="radio"
              name="theme"
              checked={theme === value}
              onChange={() => {
                setTheme(value);
                choose(value);
              }}
            />
            {accountText.themes[value]}
          </label>
        ))}
      </div>
      <div className={styles.themes}>
        <label>
          <input
            type="checkbox"
            checked={hasShortcuts}
            onChange={({ target }) => {
              writeShortcuts(target.checked);
              setShortcuts(target.checked);
            }}
          />
          {text.shortcuts.setting}
        </label>
      </div>
      <p className={styles.note}>{text.shortcuts.settingHint}</p>
    </section>
  );
}
