import { AlertDialog } from '@base-ui/react/alert-dialog';
import { useState } from 'react';
import { Button, buttonClass } from '../../parts/button.tsx';
import styles from '../../parts/dialog.module.css';
import { ErrorNotice } from '../../parts/error-notice.tsx';
import { apiKeysText as text } from '../../text/account.en.ts';

/** Asks before a key is revoked. */
export function RevokeDialog({
  name,
  onRevoke,
  onClose,
}: {
  readonly name: string;
  readonly onRevoke: () => Promise<void>;
  readonly onClose: () => void;
}) {
  const [error, setError] = useState<unknown>(undefined);
  const [isRunning, setRunning] = useState(false);
  const revoke = async () => {
    setRunning(true);
    try {
      await onRevoke();
      onClose();
    } catch (cause) {
      setError(cause);
      setRunning(false);
    }
  };
  return (
    <AlertDialog.Root open onOpenChange={(isOpen) => isOpen || onClose()}>
      <AlertDialog.Portal>
        <AlertDialog.Backdrop className={styles.backdrop} />
        <AlertDialog.Popup className={styles.popup}>
          <AlertDialog.Title className={styles.title}>{text.revokeTitle(name)}</AlertDialog.Title>
          <AlertDialog.Description className={styles.text}>{text.revokeText}</AlertDialog.Description>
          {error !== undefined && <ErrorNotice error={error} />}
          <div className={styles.actions}>
            <AlertDialog.Close className={buttonClass()}>{text.cancel}</AlertDialog.Close>
            <Button look="danger" disabled={isRunning} onClick={() => void revoke()}>
              {text.revokeConfirm}
            </Button>
          </div>
        </AlertDialog.Popup>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}
