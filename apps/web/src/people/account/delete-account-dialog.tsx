import { AlertDialog } from '@base-ui/react/alert-dialog';
import { ApiError } from '@valuecanvas/web-client';
import { useActionState } from 'react';
import { useApi } from '../../api.tsx';
import { Button, buttonClass } from '../../parts/button.tsx';
import dialog from '../../parts/dialog.module.css';
import { ErrorNotice } from '../../parts/error-notice.tsx';
import { Field } from '../../parts/field.tsx';
import { accountText } from '../../text/account.en.ts';
import styles from './account-page.module.css';
import { useLeave } from './sign-out-button.tsx';

/** Deletes the account once its user has typed its address and password, and leads to the start page. */
export function DeleteAccountDialog({
  email,
  onClose,
}: {
  readonly email: string;
  readonly onClose: () => void;
}) {
  const api = useApi();
  const leave = useLeave();
  const [error, submit, isPending] = useActionState<unknown, FormData>(async (_before, form) => {
    try {
      const body = { email: String(form.get('email')), password: String(form.get('password')) };
      await api.call.deleteAccount({ body });
      await leave();
      return undefined;
    } catch (cause) {
      return cause;
    }
  }, undefined);
  const isWrong = error instanceof ApiError && error.code === 'UNPROCESSABLE';
  return (
    <AlertDialog.Root open onOpenChange={(isOpen) => isOpen || onClose()}>
      <AlertDialog.Portal>
        <AlertDialog.Backdrop className={dialog.backdrop} />
        <AlertDialog.Popup className={dialog.popup}>
          <AlertDialog.Title className={dialog.title}>{accountText.deleteTitle}</AlertDialog.Title>
          <AlertDialog.Description className={dialog.text}>{accountText.deleteText}</AlertDialog.Description>
          <form className={styles.form} action={submit}>
            <Field
              label={accountText.deleteEmail(email)}
              name="email"
              type="email"
              autoComplete="off"
              required
            />
            <Field
              label={accountText.deletePassword}
              name="password"
              type="password"
              autoComplete="current-password"
              required
              fault={isWrong ? error.message : undefined}
            />
            {error !== undefined && !isWrong && <ErrorNotice error={error} />}
            <div className={dialog.actions}>
              <AlertDialog.Close className={buttonClass()}>{accountText.keep}</AlertDialog.Close>
              <Button look="danger" type="submit" disabled={isPending}>
                {accountText.deleteConfirm}
              </Button>
            </div>
          </form>
        </AlertDialog.Popup>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}
