import { AlertDialog } from '@base-ui/react/alert-dialog';
import { useState } from 'react';
import { Button, buttonClass } from './button.tsx';
import styles from './confirm-dialog.module.css';
import { ErrorNotice } from './error-notice.tsx';

/** Asks before something that the page cannot undo. Names what it affects, and closes once it is done. */
export function ConfirmDialog({
  title,
  description,
  confirm,
  cancel,
  onConfirm,
  onClose,
}: {
  readonly title: string;
  readonly description: string;
  readonly confirm: string;
  readonly cancel: string;
  readonly onConfirm: () => Promise<void>;
  readonly onClose: () => void;
}) {
  const [error, setError] = useState<Error | undefined>(undefined);
  const [isRunning, setRunning] = useState(false);
  const run = async () => {
    setRunning(true);
    try {
      await onConfirm();
      onClose();
    } catch (cause) {
      setError(cause as Error);
    } finally {
      setRunning(false);
    }
  };
  return (
    <AlertDialog.Root open onOpenChange={(isOpen) => isOpen || onClose()}>
      <AlertDialog.Portal>
        <AlertDialog.Backdrop className={styles.backdrop} />
        <AlertDialog.Popup className={styles.popup}>
          <AlertDialog.Title className={styles.title}>{title}</AlertDialog.Title>
          <AlertDialog.Description className={styles.text}>{description}</AlertDialog.Description>
          {error && <ErrorNotice error={error} />}
          <div className={styles.actions}>
            <AlertDialog.Close className={buttonClass()}>{cancel}</AlertDialog.Close>
            <Button look="danger" disabled={isRunning} onClick={() => void run()}>
              {confirm}
            </Button>
          </div>
        </AlertDialog.Popup>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}
