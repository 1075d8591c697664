import { AlertDialog } from '@base-ui/react/alert-dialog';
import { type ReactNode, type RefObject, useRef, useState } from 'react';
import { Button, buttonClass } from '../../parts/button.tsx';
import styles from '../../parts/dialog.module.css';
import { ErrorNotice } from '../../parts/error-notice.tsx';
import { Field } from '../../parts/field.tsx';
import { consoleText as text } from '../../text/console.en.ts';

/** Headers of a call that name the reason of a change to the audit log. */
export type Reason = { readonly headers?: Readonly<Record<string, string>> };

/** The content of `OperateDialog`. */
export function OperateDialogPopup({
  title,
  description,
  confirm,
  look = 'primary',
  typed,
  afterwards,
  onConfirm,
  onClose,
  children,
}: {
  readonly title: string;
  readonly description: string;
  readonly confirm: string;
  /** `danger` where the change stops something or cannot be undone. */
  readonly look?: 'primary' | 'danger';
  /** A text that the operator types before the change is possible, with the label of its field. */
  readonly typed?: { readonly label: string; readonly value: string };
  /** Gets the focus after the change, if the button that opened the dialog disappears with it. */
  readonly afterwards?: RefObject<HTMLElement | null>;
  /** Gets the reason as headers for the audit log, and as it was typed, or undefined. */
  readonly onConfirm: (reason: Reason, typed: string | undefined) => Promise<void>;
  readonly onClose: () => void;
  readonly children?: ReactNode;
}) {
  const [reason, setReason] = useState('');
  const [entered, setEntered] = useState('');
  const [error, setError] = useState<unknown>(undefined);
  const [isRunning, setRunning] = useState(false);
  const isDone = useRef(false);
  const run = async () => {
    setRunning(true);
    const stated = reason.trim() || undefined;
    try {
      await onConfirm(stated ? { headers: { 'x-audit-reason': encodeURIComponent(stated) } } : {}, stated);
      isDone.current = true;
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
        <AlertDialog.Popup
          className={styles.popup}
          finalFocus={afterwards && (() => (isDone.current ? afterwards.current : true))}
        >
          <AlertDialog.Title className={styles.title}>{title}</AlertDialog.Title>
          <AlertDialog.Description className={styles.text}>{description}</AlertDialog.Description>
          {children}
          {typed && (
            <Field
              label={typed.label}
              value={entered}
              autoComplete="off"
              spellCheck={false}
              onChange={({ target }) => setEntered(target.value)}
            />
          )}
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
            <Button
              look={look}
              disabled={isRunning || (typed !== undefined && entered.trim() !== typed.value)}
              onClick={() => void run()}
            >
              {confirm}
            </Button>
          </div>
        </AlertDialog.Popup>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}
