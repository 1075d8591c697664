import { Menu } from '@base-ui/react/menu';
import { Ellipsis } from 'lucide-react';
import styles from '../../parts/menu.module.css';
import { text } from '../../text/en.ts';

/** The actions of one canvas in the list. */
export function CardMenu({ title, onDelete }: { readonly title: string; readonly onDelete: () => void }) {
  return (
    <Menu.Root modal={false}>
      <Menu.Trigger className={styles.trigger} aria-label={text.canvas.actionsOf(title)}>
        <Ellipsis size={16} aria-hidden="true" />
      </Menu.Trigger>
      <Menu.Portal>
        <Menu.Positioner sideOffset={4} align="end">
          <Menu.Popup className={styles.popup}>
            <Menu.Item className={styles.item} onClick={onDelete}>
              {text.canvas.delete}
            </Menu.Item>
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}
