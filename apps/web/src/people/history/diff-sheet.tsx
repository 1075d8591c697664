import { panelsText } from '../../text/panels.en.ts';
import { type Blocks, isSame } from '../canvas/blocks.ts';
import { BlockFrame, CanvasFrame } from '../canvas/canvas-sheet.tsx';
import { diffItems, type ItemDifference } from './diff.ts';
import styles from './history.module.css';

/** Two versions of a canvas in one: what only the second has is marked with +, what only the first has with −. */
export function DiffSheet({ before, after }: { readonly before: Blocks; readonly after: Blocks }) {
  return (
    <CanvasFrame tall>
      {(section) => (
        <BlockFrame
          key={section}
          section={section}
          count={after[section].length}
          className={isSame(before[section], after[section]) ? styles.equal : undefined}
        >
          <ul className={styles.items}>
            {[...diffItems(before[section], after[section]).entries()].map(([index, difference]) => (
              <li key={index} dir="auto">
                <Item difference={difference} />
              </li>
            ))}
          </ul>
        </BlockFrame>
      )}
    </CanvasFrame>
  );
}

function Item({ difference }: { readonly difference: ItemDifference }) {
  switch (difference.kind) {
    case 'same':
      return difference.item;
    case 'added':
      return <Added>{difference.item}</Added>;
    case 'removed':
      return <Removed>{difference.item}</Removed>;
    case 'changed':
      return difference.parts.map(({ side, text: part }, index) => {
        const key = `${index} ${side}`;
        if (side === 'after') return <Added key={key}>{part}</Added>;
        if (side === 'before') return <Removed key={key}>{part}</Removed>;
        return part;
      });
  }
}

export function Added({ children }: { readonly children: string }) {
  return (
    <ins className={styles.added}>
      <Mark sign="+" name={panelsText.history.added} />
      {children}
    </ins>
  );
}

export function Removed({ children }: { readonly children: string }) {
  return (
    <del className={styles.removed}>
      <Mark sign="−" name={panelsText.history.removed} />
      {children}
    </del>
  );
}

/** Screen readers do not announce the elements `ins` and `del` by themselves. */
function Mark({ sign, name }: { readonly sign: string; readonly name: string }) {
  return (
    <span className={styles.mark} role="img" aria-label={name}>
      {sign}
    </span>
  );
}
