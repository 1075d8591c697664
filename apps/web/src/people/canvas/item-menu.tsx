import { Menu } from '@base-ui/react/menu';
import { Ellipsis } from 'lucide-react';
import styles from '../../parts/menu.module.css';
import { text } from '../../text/en.ts';
import { nameOf, type Section, sections } from './blocks.ts';

/** The actions of one item, for pointers and touch. Each of them has keys as well. */
export function ItemMenu({
  item,
  section,
  onMoveUp,
  onMoveDown,
  onMoveTo,
  onRemove,
}: {
  readonly item: string;
  readonly section: Section;
  readonly onMoveUp: (() => void) | undefined;
  readonly onMoveDown: (() => void) | undefined;
  readonly onMoveTo: (section: Section) => void;
  readonly onRemove: () => void;
}) {
  return (
    <Menu.Root modal={false}>
      <Menu.Trigger className={styles.trigger} aria-label={text.canvas.actionsOf(item)}>
        <Ellipsis size={16} aria-hidden="true" />
      </Menu.Trigger>
      <Menu.Portal>
        <Menu.Positioner sideOffset={4} align="end">
          <Menu.Popup className={styles.popup}>
            <Menu.Item className={styles.item} disabled={!onMoveUp} onClick={onMoveUp}>
              {text.canvas.moveUp}
            </Menu.Item>
            <Menu.Item className={styles.item} disabled={!onMoveDown} onClick={onMoveDown}>
              {text.canvas.moveDown}
            </Menu.Item>
            <Menu.Separator className={styles.separator} />
            <Menu.Group>
              <Menu.GroupLabel className={styles.label}>{text.canvas.moveTo}</Menu.GroupLabel>
              {sections
                .filter((other) => other !== section)
                .map((other) => (
                  <Menu.Item key={other} className={styles.item} onClick={() => onMoveTo(other)}>
                    {nameOf(other)}
                  </Menu.Item>
                ))}
            </Menu.Group>
            <Menu.Separator className={styles.separator} />
            <Menu.Item className={styles.item} onClick={onRemove}>
              {text.canvas.remove}
            </Menu.Item>
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}
