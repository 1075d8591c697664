import { AlertDialog } from '@base-ui/react/alert-dialog';
import { type ReactNode, useState } from 'react';
import { Button, buttonClass } from '../../parts/button.tsx';
import styles from '../../parts/dialog.module.css';
import { ErrorNotice } from '../../parts/error-notice.tsx';
import { Field } from '../../parts/field.tsx';
import { consoleText as text } from '../../text/console.en.ts';

/** Headers of a call that name the reason of a change to the audit log. */
export type Reason = { readonly headers?: Readonly<Record<string, string>> };

/** Asks before an operator's change: names its consequences, and takes a reason for the audit log. */
export function OperateDialog({
  title,
  description,
  confirm,
  look = 'primary',
  onConfirm,
  onClose,
  children,
}: {
  readonly title: string;
  readonly description: string;
  readonly confirm: string;
  /** `danger` where the change stops something or cannot be undone. */
  readonly look?: 'primary' | 'danger';
  readonly onConfirm: (reason: Reason) => Promise<void>;
  readonly onClose: () => void;
  readonly children?: ReactNode;
}) {
  const [reason, setReason] = useState('');
  const [error, setError] = useState<unknown>(undefined);
  const [isRunning, setRunning] = useState(false);
  const run = async () => {
    setRunning(true);
    try {
      await onConfirm(
        reason.trim() ? { headers: { 'x-audit-reason': encodeURIComponent(reason.trim()) } } : {},
      );
      onClose();
    } catch (cause) {
      setError(cause);
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
          {children}
          <Field
            label={text.reason}
            hint={text.reasonHint}
            value={reason}
            maxLength={500}
            onChange={({ target }) => setReason(target.value)}
          />
          {error !== undefined && <ErrorNotice error={error} />}
          <div className={styles.actions}>
            <AlertDialog.Close className={buttonClass()}>{text.cancel}</AlertDialog.Close>
            <Button look={look} disabled={isRunning} onClick={() => void run()}>
              {confirm}
            </Button>
          </div>
        </AlertDialog.Popup>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}
