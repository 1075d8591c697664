import { Dialog } from '@base-ui/react/dialog';
import { buttonClass } from '../parts/button.tsx';
import dialog from '../parts/dialog.module.css';
import { text } from '../text/en.ts';
import styles from './shortcut-sheet.module.css';

/** A key outside text fields, and what it does. */
export interface Shortcut {
  readonly keys: readonly string[];
  /** The keys as the list of shortcuts shows them. By default, the first one. */
  readonly shown?: string;
  readonly label: string;
  readonly run: (key: string) => void;
}

/** Lists the keys of the page that is open. */
export function ShortcutSheet({
  shortcuts,
  onClose,
}: {
  readonly shortcuts: readonly Omit<Shortcut, 'run'>[];
  readonly onClose: () => void;
}) {
  return (
    <Dialog.Root open onOpenChange={(isOpen) => isOpen || onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className={dialog.backdrop} />
        <Dialog.Popup className={dialog.popup}>
          <Dialog.Title className={dialog.title}>{text.shortcuts.title}</Dialog.Title>
          <dl className={styles.list}>
            {shortcuts.map(({ keys, shown = keys[0], label }) => (
              <div key={label}>
                <dt>
                  <kbd>{shown}</kbd>
                </dt>
                <dd>{label}</dd>
              </div>
            ))}
          </dl>
          <Dialog.Description className={dialog.text}>{text.shortcuts.hint}</Dialog.Description>
          <div className={dialog.actions}>
            <Dialog.Close className={buttonClass()}>{text.shortcuts.close}</Dialog.Close>
          </div>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
