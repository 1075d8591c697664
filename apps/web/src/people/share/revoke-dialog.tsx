import { AlertDialog } from '@base-ui/react/alert-dialog';
import { useMutation } from '@tanstack/react-query';
import { type RefObject, useRef } from 'react';
import { Button, buttonClass } from '../../parts/button.tsx';
import styles from '../../parts/dialog.module.css';
import { ErrorNotice } from '../../parts/error-notice.tsx';
import { shareText } from '../../text/share.en.ts';

const texts = shareText.panel;

/** Asks before a link is revoked. `afterwards` gets the focus, since the button that opened the dialog disappears. */
export function RevokeDialog({
  link,
  revoke,
  onClose,
  afterwards,
}: {
  /** The link in words. */
  readonly link: string;
  readonly revoke: () => Promise<void>;
  readonly onClose: () => void;
  readonly afterwards: RefObject<HTMLElement | null>;
}) {
  const isRevoked = useRef(false);
  const revocation = useMutation({
    mutationFn: revoke,
    onSuccess() {
      isRevoked.current = true;
      onClose();
    },
  });
  return (
    <AlertDialog.Root open onOpenChange={(isOpen) => isOpen || onClose()}>
      <AlertDialog.Portal>
        <AlertDialog.Backdrop className={styles.backdrop} />
        <AlertDialog.Popup
          className={styles.popup}
          finalFocus={() => (isRevoked.current ? afterwards.current : true)}
        >
          <AlertDialog.Title className={styles.title}>{texts.revokeTitle}</AlertDialog.Title>
          <AlertDialog.Description className={styles.text}>
            {link}. {texts.revokeText}
          </AlertDialog.Description>
          {revocation.error && <ErrorNotice error={revocation.error} />}
          <div className={styles.actions}>
            <AlertDialog.Close className={buttonClass()}>{texts.cancel}</AlertDialog.Close>
            <Button look="danger" disabled={revocation.isPending} onClick={() => revocation.mutate()}>
              {texts.revoke}
            </Button>
          </div>
        </AlertDialog.Popup>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}
