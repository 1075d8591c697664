import { Link, useNavigate, useRouteContext, useSearch } from '@tanstack/react-router';
import { type SubmitEvent, useState } from 'react';
import { useApi } from '../../api.tsx';
import { Button } from '../../parts/button.tsx';
import { Field } from '../../parts/field.tsx';
import { usePages } from '../../parts/use-pages.ts';
import { consoleText } from '../../text/console.en.ts';
import { Freshness, ReadState } from '../live.tsx';
import { type Column, DataTable } from '../parts/data-table.tsx';
import { dayAndTimeOf } from '../parts/format.ts';
import { useOutcome } from '../parts/outcome.tsx';
import { ScreenFrame } from '../parts/screen.tsx';
import { Select } from '../parts/select.tsx';
import { ShowMore } from '../parts/show-more.tsx';
import { builtInRoles, ChangeUserDialog, tiers, type User, useChangeUser } from './change-user.tsx';
import { useSpending } from './use-spending.tsx';

const text = consoleText.users;

interface Filters {
  /** Part of the address. */
  readonly email?: string | undefined;
  readonly tier?: string | undefined;
  readonly role?: string | undefined;
}

/** Accounts with tier, role and spending, newest first. A user with `users:write` changes tier and role, and can undo it. */
export function UsersPage() {
  const api = useApi();
  const { session } = useRouteContext({ from: '/signed-in' });
  const { edit, email, tier, role } = useSearch({ from: '/signed-in/console/users' });
  const navigate = useNavigate({ from: '/console/users' });
  const [outcome, showOutcome] = useOutcome();
  const change = useChangeUser(showOutcome);
  const knownTier = tiers.find((known) => known === tier);
  const { items: users, query: read } = usePages(['listUsers', 'pages', email, tier, role], (page, options) =>
    api.call.listUsers(
      {
        query: {
          ...(email ? { search: email } : {}),
          ...(knownTier ? { tier: knownTier } : {}),
          ...(role ? { role } : {}),
          ...page,
        },
      },
      options,
    ),
  );
  const spentBy = useSpending(session.user);
  const mayWrite = session.user.permissions.includes('users:write');
  const open = (id: string | undefined) =>
    void navigate({ search: (before) => ({ ...before, edit: id }), replace: true });

  const columns: readonly Column<User>[] = [
    {
      id: 'email',
      head: text.email,
      cell: (user) => (
        <Link to="/console/users/$id" params={{ id: user.id }}>
          {user.email}
        </Link>
      ),
    },
    { id: 'tier', head: text.tier, cell: (user) => user.tier },
    { id: 'role', head: text.role, cell: (user) => user.role },
    ...(spentBy ? [{ id: 'spent', head: text.spent, cell: spentBy, isNumeric: true }] : []),
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
      hasRows
      title={text.title}
      aside={<Freshness reads={[read]} />}
      controls={
        <FilterFields
          key={email ?? ''}
          filters={{ email, tier, role }}
          onFilter={(filters) => void navigate({ search: filters })}
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
      <ShowMore query={read} />
      {edited && (
        <ChangeUserDialog key={edited.id} user={edited} onChange={change} onClose={() => open(undefined)} />
      )}
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
  const [value, setValue] = useState(filters.email ?? '');
  const search = (part: string) => onFilter({ ...filters, email: part.trim() || undefined });
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    search(value);
  };
  const optionsOf = (values: readonly string[]) => [
    { value: '', name: text.any },
    ...values.map((name) => ({ value: name, name })),
  ];
  return (
    <>
      <search>
        <form onSubmit={submit}>
          <Field
            label={text.search}
            type="search"
            maxLength={255}
            value={value}
            onChange={({ target }) => {
              setValue(target.value);
              if (target.value === '') search('');
            }}
          />
        </form>
      </search>
      <Select
        label={text.tier}
        value={filters.tier ?? ''}
        onChange={({ target }) => onFilter({ ...filters, tier: target.value || undefined })}
        options={optionsOf(tiers)}
      />
      <Select
        label={text.role}
        value={filters.role ?? ''}
        onChange={({ target }) => onFilter({ ...filters, role: target.value || undefined })}
        options={optionsOf([...new Set([...builtInRoles, ...(filters.role ? [filters.role] : [])])])}
      />
    </>
  );
}
