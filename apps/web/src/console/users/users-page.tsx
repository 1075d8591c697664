import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useRouteContext, useSearch } from '@tanstack/react-router';
import type { InputOf, ResultOf } from '@valuecanvas/web-client';
import { type SubmitEvent, useState } from 'react';
import { useApi } from '../../api.tsx';
import { Button } from '../../parts/button.tsx';
import { Field } from '../../parts/field.tsx';
import { consoleText } from '../../text/console.en.ts';
import { Freshness, ReadState } from '../live.tsx';
import { type Column, DataTable } from '../parts/data-table.tsx';
import { dayAndTimeOf } from '../parts/format.ts';
import { OperateDialog, type Reason } from '../parts/operate-dialog.tsx';
import { useOutcome } from '../parts/outcome.tsx';
import { ScreenFrame } from '../parts/screen.tsx';
import { Select } from '../parts/select.tsx';

const text = consoleText.users;

type User = ResultOf<'listUsers'>['items'][number];
type Change = Pick<User, 'tier' | 'role'>;

const tiers: readonly User['tier'][] = ['free', 'pro', 'enterprise'];
const roles = ['user', 'operator', 'admin'];

/** Accounts with tier and role, newest first. A user with `users:write` changes both, and can undo it. */
export function UsersPage() {
  const api = useApi();
  const queries = useQueryClient();
  const { session } = useRouteContext({ from: '/signed-in' });
  const { email, edit } = useSearch({ from: '/signed-in/console/users' });
  const navigate = useNavigate({ from: '/console/users' });
  const [outcome, showOutcome] = useOutcome();
  const read = useInfiniteQuery({
    queryKey: ['listUsers', 'pages', email],
    queryFn: ({ pageParam, signal }) =>
      api.call.listUsers(
        { query: { ...(email ? { email } : {}), ...(pageParam === undefined ? {} : { cursor: pageParam }) } },
        { signal },
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
  });
  const users = read.data?.pages.flatMap(({ items }) => items) ?? [];
  const mayWrite = session.user.permissions.includes('users:write');
  const open = (id: string | undefined) =>
    void navigate({ search: (before) => ({ ...before, edit: id }), replace: true });

  const update = async (user: User, set: Change, reason: Reason) => {
    const body: InputOf<'updateUser'>['body'] = { tier: set.tier, role: set.role };
    const updated = await api.call.updateUser({ params: { id: user.id }, body, ...reason });
    await queries.invalidateQueries({ queryKey: ['listUsers'] });
    return updated;
  };
  const change = async (user: User, set: Change, reason: Reason) => {
    const updated = await update(user, set, reason);
    const undo = (
      <Button
        look="link"
        onClick={() =>
          void update(updated, user, {}).then(
            () => showOutcome(text.undone(user.email)),
            (error: unknown) => showOutcome(error instanceof Error ? error.message : text.failed),
          )
        }
      >
        {text.undo}
      </Button>
    );
    showOutcome(text.changed(updated.email, updated.tier, updated.role), undo);
  };

  const columns: readonly Column<User>[] = [
    { id: 'email', head: text.email, cell: (user) => user.email },
    { id: 'tier', head: text.tier, cell: ({ tier }) => tier },
    { id: 'role', head: text.role, cell: ({ role }) => role },
    {
      id: 'seen',
      head: text.lastSignIn,
      cell: ({ lastSignInAt }) => (lastSignInAt ? dayAndTimeOf(lastSignInAt) : text.never),
    },
    { id: 'created', head: text.created, cell: ({ createdAt }) => dayAndTimeOf(createdAt) },
    ...(mayWrite
      ? [
          {
            id: 'edit',
            head: text.actions,
            cell: ({ id, email: address }: User) => (
              <Button look="link" aria-label={text.editOf(address)} onClick={() => open(id)}>
                {text.edit}
              </Button>
            ),
            isNumeric: true,
          },
        ]
      : []),
  ];
  const edited = mayWrite ? users.find(({ id }) => id === edit) : undefined;
  return (
    <ScreenFrame
      title={text.title}
      aside={<Freshness reads={[read]} />}
      controls={
        <Search
          key={email ?? ''}
          email={email ?? ''}
          onSearch={(address) => void navigate({ search: { email: address || undefined } })}
        />
      }
    >
      {outcome}
      <ReadState read={read} />
      {read.data && (
        <DataTable
          caption={text.title}
          isCaptionHidden
          columns={columns}
          rows={users}
          keyOf={({ id }) => id}
          empty={text.empty}
        />
      )}
      {read.hasNextPage && (
        <div>
          <Button disabled={read.isFetchingNextPage} onClick={() => void read.fetchNextPage()}>
            {consoleText.showMore}
          </Button>
        </div>
      )}
      {edited && (
        <ChangeDialog key={edited.id} user={edited} onChange={change} onClose={() => open(undefined)} />
      )}
    </ScreenFrame>
  );
}

function Search({ email, onSearch }: { readonly email: string; readonly onSearch: (email: string) => void }) {
  const [value, setValue] = useState(email);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    onSearch(value.trim());
  };
  return (
    <search>
      <form onSubmit={submit}>
        <Field
          label={text.search}
          type="search"
          inputMode="email"
          maxLength={255}
          value={value}
          onChange={({ target }) => {
            setValue(target.value);
            if (target.value === '') onSearch('');
          }}
        />
      </form>
    </search>
  );
}

function ChangeDialog({
  user,
  onChange,
  onClose,
}: {
  readonly user: User;
  readonly onChange: (user: User, set: Change, reason: Reason) => Promise<void>;
  readonly onClose: () => void;
}) {
  const [tier, setTier] = useState(user.tier);
  const [role, setRole] = useState(user.role);
  const losesRole = user.role !== 'user' && role !== user.role;
  return (
    <OperateDialog
      title={text.editTitle(user.email)}
      description={losesRole ? text.losesRole(user.email) : text.takesEffect}
      confirm={text.confirm(user.email)}
      look={losesRole ? 'danger' : 'primary'}
      onConfirm={(reason) => onChange(user, { tier, role }, reason)}
      onClose={onClose}
    >
      <Select
        label={text.tier}
        value={tier}
        onChange={({ target }) => setTier(tiers.find((one) => one === target.value) ?? user.tier)}
        options={tiers.map((value) => ({ value, name: value }))}
      />
      <Select
        label={text.role}
        value={role}
        onChange={({ target }) => setRole(target.value)}
        options={[...new Set([...roles, user.role])].map((value) => ({ value, name: value }))}
      />
    </OperateDialog>
  );
}
