import { useQueryClient } from '@tanstack/react-query';
import type { InputOf, ResultOf } from '@valuecanvas/web-client';
import { useState } from 'react';
import { useApi } from '../../api.tsx';
import { Button } from '../../parts/button.tsx';
import { consoleText } from '../../text/console.en.ts';
import { OperateDialog } from '../parts/operate-dialog.tsx';
import type { Reason } from '../parts/operate-dialog-popup.tsx';
import { Select } from '../parts/select.tsx';

const text = consoleText.users;

export type User = ResultOf<'getUser'>;
type Change = Pick<User, 'tier' | 'role'>;

export const tiers: readonly User['tier'][] = ['free', 'basic', 'pro', 'enterprise'];
/** The built-in roles. A deployment can define more, which the page learns from users who hold them. */
export const builtInRoles: readonly string[] = ['user', 'operator', 'admin'];

/** Returns a function that changes a user, and shows the outcome with a button to undo it. */
export function useChangeUser(showOutcome: (sentence: string, undo?: React.ReactNode) => void) {
  const api = useApi();
  const queries = useQueryClient();
  const update = async (user: User, set: Change, reason: Reason) => {
    const body: InputOf<'updateUser'>['body'] = { tier: set.tier, role: set.role };
    const updated = await api.call.updateUser({ params: { id: user.id }, body, ...reason });
    await Promise.all(
      (['listUsers', 'getUser'] as const).map((name) => queries.invalidateQueries({ queryKey: [name] })),
    );
    return updated;
  };
  return async (user: User, set: Change, reason: Reason) => {
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
}

/** Asks for the new tier and role of a user, and names the effect of the change. */
export function ChangeUserDialog({
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
  const effect = effectOf(user, role);
  return (
    <OperateDialog
      title={text.editTitle(user.email)}
      description={effect === 'none' ? text.takesEffect : text[effect](user.email)}
      confirm={text.confirm(user.email)}
      look={effect === 'none' ? 'primary' : 'danger'}
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
        options={[...new Set([...builtInRoles, user.role])].map((value) => ({ value, name: value }))}
      />
    </OperateDialog>
  );
}

/** The sessions of a user end if the new role holds fewer permissions. The page knows that for built-in roles only. */
function effectOf({ role }: User, next: string): 'none' | 'endsSessions' | 'mayEndSessions' {
  if (next === role || role === 'user' || next === 'admin') return 'none';
  return role === 'admin' || next === 'user' ? 'endsSessions' : 'mayEndSessions';
}
