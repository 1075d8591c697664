import { useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useRouteContext, useSearch } from '@tanstack/react-router';
import type { ResultOf } from '@valuecanvas/web-client';
import { useRef, useState } from 'react';
import { useApi } from '../../api.tsx';
import { Button, buttonClass } from '../../parts/button.tsx';
import { usePages } from '../../parts/use-pages.ts';
import { consoleText } from '../../text/console.en.ts';
import { counted } from '../../text/format.ts';
import { Freshness, ReadState, slow, useLive } from '../live.tsx';
import { Amount } from '../parts/amount.tsx';
import { type Column, DataTable } from '../parts/data-table.tsx';
import { dayAndTimeOf, share } from '../parts/format.ts';
import { columnOf, nanosOf } from '../parts/money.ts';
import { OperateDialog } from '../parts/operate-dialog.tsx';
import type { Reason } from '../parts/operate-dialog-popup.tsx';
import { useOutcome } from '../parts/outcome.tsx';
import { Fact, Facts, ScreenFrame } from '../parts/screen.tsx';
import { ShowMore } from '../parts/show-more.tsx';
import { ChangeUserDialog, type User, useChangeUser } from './change-user.tsx';
import { DeleteUserDialog } from './delete-user.tsx';
import { PasswordLink, PasswordLinkDialog, type PasswordResetLink } from './password-link.tsx';

const text = consoleText.user;

/** The dialog that is open. It stands in the address. */
type Dialog = 'account' | 'password' | 'deletion';

/** One account: tier and role, budgets and usage, and API keys. */
export function UserPage() {
  const { id } = useParams({ from: '/signed-in/console/users/$id' });
  const { edit } = useSearch({ from: '/signed-in/console/users/$id' });
  const navigate = useNavigate({ from: '/console/users/$id' });
  const { session } = useRouteContext({ from: '/signed-in' });
  const { permissions } = session.user;
  const [outcome, showOutcome] = useOutcome();
  const change = useChangeUser(showOutcome);
  const [link, setLink] = useState<PasswordResetLink | undefined>(undefined);
  const read = useLive('getUser', { params: { id } }, { every: slow });
  const user = read.data;
  const mayWrite = permissions.includes('users:write');
  const open = (next: Dialog | undefined) => void navigate({ search: { edit: next }, replace: true });
  const close = () => open(undefined);
  return (
    <ScreenFrame
      hasRows
      title={user?.email ?? text.title}
      aside={<Freshness reads={[read]} isLive />}
      controls={
        <>
          <Link className={buttonClass('quiet')} to="/console/users">
            {text.all}
          </Link>
          {permissions.includes('audit:read') && (
            <Link className={buttonClass('quiet')} to="/console/audit" search={{ kind: 'user', target: id }}>
              {text.audit}
            </Link>
          )}
          {mayWrite && user && (
            <>
              <Button onClick={() => open('account')}>{text.change}</Button>
              <Button onClick={() => open('password')}>{text.passwordLink}</Button>
              {user.id !== session.user.id && <Button onClick={() => open('deletion')}>{text.delete}</Button>}
            </>
          )}
        </>
      }
    >
      {outcome}
      {user && link && <PasswordLink user={user} link={link} onDone={() => setLink(undefined)} />}
      <ReadState read={read} />
      {user && (
        <>
          <Facts>
            <Fact name={text.tier} value={user.tier} />
            <Fact name={text.role} value={user.role} />
            <Fact
              name={text.lastSignIn}
              value={user.lastSignInAt ? dayAndTimeOf(user.lastSignInAt) : text.never}
            />
            <Fact name={text.created} value={dayAndTimeOf(user.createdAt)} note={user.id} />
          </Facts>
          {permissions.includes('costs:read') && <Spending user={user} />}
          <Keys user={user} mayRevoke={mayWrite} onRevoked={(name) => showOutcome(text.revoked(name))} />
        </>
      )}
      {user && mayWrite && edit === 'account' && (
        <ChangeUserDialog user={user} onChange={change} onClose={close} />
      )}
      {user && mayWrite && edit === 'password' && (
        <PasswordLinkDialog user={user} onCreated={setLink} onClose={close} />
      )}
      {user && mayWrite && edit === 'deletion' && <DeleteUserDialog user={user} onClose={close} />}
    </ScreenFrame>
  );
}

type Usage = ResultOf<'getUserCosts'>;

function Spending({ user: { id, tier } }: { readonly user: User }) {
  const read = useLive('getUserCosts', { params: { userId: id }, query: { tier } }, { every: slow });
  const usage = read.data;
  if (!usage) return <ReadState read={read} />;
  return (
    <>
      <Facts>
        <BudgetFact name={text.today} budget={usage.budget.day} />
        <BudgetFact name={text.month} budget={usage.budget.month} />
        <Fact
          name={text.calls}
          value={counted(usage.requestCount)}
          note={text.cached(share(usage.cachedCount, usage.requestCount))}
        />
        <Fact name={text.total} value={<Amount nanos={nanosOf(usage.totalCost)} />} note={text.totalNote} />
      </Facts>
      <ModelsTable models={usage.byModel} />
    </>
  );
}

function BudgetFact({ name, budget }: { readonly name: string; readonly budget: Usage['budget']['day'] }) {
  const used = budget.limit === 0 ? 1 : budget.spent / budget.limit;
  return (
    <Fact
      name={name}
      value={<Amount nanos={nanosOf(budget.spent)} />}
      note={text.ofBudget(columnOf([])(nanosOf(budget.limit)), share(budget.spent, budget.limit))}
      look={used >= 1 ? 'bad' : used >= 0.8 ? 'warn' : undefined}
    />
  );
}

function ModelsTable({ models }: { readonly models: Usage['byModel'] }) {
  const format = columnOf(models.map(({ cost }) => nanosOf(cost)));
  const columns: readonly Column<Usage['byModel'][number]>[] = [
    { id: 'model', head: text.model, cell: ({ model }) => model },
    { id: 'calls', head: text.calls, cell: ({ requests }) => counted(requests), isNumeric: true },
    {
      id: 'cost',
      head: text.cost,
      cell: ({ cost }) => <Amount nanos={nanosOf(cost)} format={format} />,
      isNumeric: true,
    },
  ];
  return (
    <DataTable
      caption={text.models}
      columns={columns}
      rows={models}
      keyOf={({ model }) => model}
      empty={text.noCalls}
    />
  );
}

type Key = ResultOf<'listUserApiKeys'>['items'][number];

function Keys({
  user,
  mayRevoke,
  onRevoked,
}: {
  readonly user: User;
  readonly mayRevoke: boolean;
  readonly onRevoked: (name: string) => void;
}) {
  const api = useApi();
  const queries = useQueryClient();
  const [revoking, setRevoking] = useState<Key | undefined>(undefined);
  const table = useRef<HTMLElement>(null);
  const { items: keys, query } = usePages(['listUserApiKeys', user.id], (page, options) =>
    api.call.listUserApiKeys({ params: { id: user.id }, query: page }, options),
  );
  const revoke = async ({ id, name }: Key, reason: Reason) => {
    await api.call.revokeUserApiKey({ params: { id: user.id, keyId: id }, ...reason });
    await queries.invalidateQueries({ queryKey: ['listUserApiKeys', user.id] });
    onRevoked(name);
  };
  const columns: readonly Column<Key>[] = [
    { id: 'name', head: text.key, cell: ({ name }) => name },
    { id: 'prefix', head: text.prefix, cell: ({ prefix }) => <code>{prefix}…</code> },
    { id: 'scopes', head: text.scopes, cell: ({ scopes }) => scopes.join(', ') },
    {
      id: 'expires',
      head: text.expires,
      cell: ({ expiresAt }) => (expiresAt ? dayAndTimeOf(expiresAt) : text.never),
    },
    {
      id: 'used',
      head: text.lastUsed,
      cell: ({ lastUsedAt }) => (lastUsedAt ? dayAndTimeOf(lastUsedAt) : text.never),
    },
    ...(mayRevoke
      ? [
          {
            id: 'revoke',
            head: text.actions,
            cell: (key: Key) => (
              <Button look="link" aria-label={text.revokeOf(key.name)} onClick={() => setRevoking(key)}>
                {text.revoke}
              </Button>
            ),
            isNumeric: true,
          },
        ]
      : []),
  ];
  return (
    <>
      <ReadState read={query} />
      {query.data && (
        <section ref={table} aria-label={text.keys} tabIndex={-1}>
          <DataTable
            caption={text.keys}
            columns={columns}
            rows={keys}
            keyOf={({ id }) => id}
            empty={text.noKeys}
          />
        </section>
      )}
      <ShowMore query={query} />
      {revoking && (
        <OperateDialog
          title={text.revokeTitle(revoking.name)}
          description={text.revokeText(user.email)}
          confirm={text.revokeConfirm}
          look="danger"
          afterwards={table}
          onConfirm={(reason) => revoke(revoking, reason)}
          onClose={() => setRevoking(undefined)}
        />
      )}
    </>
  );
}
