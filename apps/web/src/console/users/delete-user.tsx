import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useRef } from 'react';
import { useApi } from '../../api.tsx';
import { useToast } from '../../shell/toasts.tsx';
import { consoleText } from '../../text/console.en.ts';
import { OperateDialog } from '../parts/operate-dialog.tsx';
import type { Reason } from '../parts/operate-dialog-popup.tsx';
import type { User } from './change-user.tsx';

const text = consoleText.user;

/** Deletes a user once the operator has typed the address, and leads to the list of users. */
export function DeleteUserDialog({ user, onClose }: { readonly user: User; readonly onClose: () => void }) {
  const api = useApi();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const toast = useToast();
  const isDeleted = useRef(false);
  const remove = async (reason: Reason) => {
    await api.call.deleteUser({ params: { id: user.id }, ...reason });
    isDeleted.current = true;
  };
  const close = () => {
    if (!isDeleted.current) return onClose();
    toast({ title: text.deleted(user.email) });
    queries.removeQueries({ queryKey: ['listUsers'] });
    void navigate({ to: '/console/users' });
  };
  return (
    <OperateDialog
      title={text.deleteTitle(user.email)}
      description={text.deleteText(user.email)}
      confirm={text.deleteConfirm}
      look="danger"
      typed={{ label: text.deleteTyped(user.email), value: user.email }}
      onConfirm={remove}
      onClose={close}
    />
  );
}
