import type { ResultOf } from '@valuecanvas/web-client';
import { useRef, useState } from 'react';
import { useApi } from '../../api.tsx';
import { ShownOnce } from '../../parts/shown-once.tsx';
import { consoleText } from '../../text/console.en.ts';
import { dayAndTimeOf } from '../parts/format.ts';
import { OperateDialog } from '../parts/operate-dialog.tsx';
import type { Reason } from '../parts/operate-dialog-popup.tsx';
import type { User } from './change-user.tsx';

const text = consoleText.user;

export type PasswordResetLink = ResultOf<'createPasswordResetLink'>;

/** Asks before a link is created with which a user sets a new password. A repetition after a lost answer gets the same link. */
export function PasswordLinkDialog({
  user,
  onCreated,
  onClose,
}: {
  readonly user: User;
  readonly onCreated: (link: PasswordResetLink) => void;
  readonly onClose: () => void;
}) {
  const api = useApi();
  const [idempotencyKey] = useState(() => crypto.randomUUID());
  const created = useRef<PasswordResetLink>(undefined);
  const create = async (reason: Reason) => {
    created.current = await api.call.createPasswordResetLink(
      { params: { id: user.id }, ...reason },
      { idempotencyKey },
    );
  };
  const close = () => {
    if (created.current) onCreated(created.current);
    onClose();
  };
  return (
    <OperateDialog
      title={text.passwordLinkTitle(user.email)}
      description={text.passwordLinkText(user.email)}
      confirm={text.passwordLinkConfirm}
      onConfirm={create}
      onClose={close}
    />
  );
}

/** Shows a new link to the operator, once. */
export function PasswordLink({
  user,
  link,
  onDone,
}: {
  readonly user: User;
  readonly link: PasswordResetLink;
  readonly onDone: () => void;
}) {
  return (
    <ShownOnce
      title={text.passwordLinkCreated(user.email)}
      label={text.passwordLinkLabel}
      hint={text.passwordLinkHint(dayAndTimeOf(link.expiresAt))}
      value={link.url}
      text={text.passwordLinkOnce}
      onDone={onDone}
    />
  );
}
