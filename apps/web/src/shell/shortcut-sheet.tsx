import { Dialog } from '@base-ui/react/dialog';
import { buttonClass } from '../parts/button.tsx';
import dialog from '../parts/dialog.module.css';
import { text } from '../text/en.ts';
import { shownKey } from './keys.ts';
import styles from './shortcut-sheet.module.css';
import { useOffered } from './use-shortcuts.ts';

/** Lists the keys of the page that is open, also those of parts that are loaded meanwhile. */
export function ShortcutSheet({ onClose }: { readonly onClose: () => void }) {
  return (
    <Dialog.Root open onOpenChange={(isOpen) => isOpen || onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className={dialog.backdrop} />
        <Dialog.Popup className={dialog.popup}>
          <Dialog.Title className={dialog.title}>{text.shortcuts.title}</Dialog.Title>
          <dl className={styles.list}>
            {useOffered().map(({ keys, shown = shownKey(keys[0] ?? ''), label }) => (
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
