import type { ReactNode } from 'react';
import { type Blocks, nameOf, type Section, sections } from './blocks.ts';
import styles from './canvas-sheet.module.css';

/** The nine areas of a canvas, in reading order. `tall` fills the window. */
export function CanvasFrame({
  children,
  tall = false,
  isBusy = false,
}: {
  readonly children: (section: Section) => ReactNode;
  readonly tall?: boolean;
  readonly isBusy?: boolean;
}) {
  return (
    <div className={styles.room}>
      <div className={`${styles.canvas} ${tall ? styles.tall : ''}`} aria-busy={isBusy || undefined}>
        {sections.map(children)}
      </div>
    </div>
  );
}

/** The frame of one block: its heading, the number of its items, and what is in it. */
export function BlockFrame({
  section,
  count,
  headings: Heading = 'h2',
  actions,
  className = '',
  children,
}: {
  readonly section: Section;
  readonly count?: number | undefined;
  readonly headings?: 'h2' | 'h3';
  readonly actions?: ReactNode;
  readonly className?: string | undefined;
  readonly children: ReactNode;
}) {
  return (
    <section
      className={`${styles.block} ${styles[section]} ${className}`}
      aria-labelledby={`block-${section}`}
      data-block={section}
      tabIndex={-1}
    >
      <div className={styles.head}>
        <Heading className={styles.heading} id={`block-${section}`}>
          {nameOf(section)}
        </Heading>
        {count !== undefined && <span className={styles.count}>{count}</span>}
        {actions}
      </div>
      {children}
    </section>
  );
}

/** A canvas to read. */
export function CanvasSheet({
  blocks,
  headings,
  tall = false,
}: {
  readonly blocks: Blocks;
  readonly headings?: 'h2' | 'h3';
  readonly tall?: boolean;
}) {
  return (
    <CanvasFrame tall={tall}>
      {(section) => (
        <BlockFrame key={section} section={section} {...(headings ? { headings } : {})}>
          <Items items={blocks[section]} />
        </BlockFrame>
      )}
    </CanvasFrame>
  );
}

/** The canvas while a model writes it: two grey lines stand for each block that is still missing. */
export function WritingSheet({
  blocks,
  isBusy,
  missing,
}: {
  readonly blocks: Partial<Blocks>;
  readonly isBusy: boolean;
  /** Text of a missing block once the writing has ended. */
  readonly missing: string;
}) {
  return (
    <CanvasFrame tall isBusy={isBusy}>
      {(section) => {
        const items = blocks[section];
        return (
          <BlockFrame
            key={section}
            section={section}
            count={items?.length}
            className={items ? styles.written : isBusy ? styles.busy : ''}
          >
            {items ? (
              <Items items={items} />
            ) : isBusy ? (
              <Skeleton />
            ) : (
              <p className={styles.item}>{missing}</p>
            )}
          </BlockFrame>
        );
      }}
    </CanvasFrame>
  );
}

function Items({ items }: { readonly items: readonly string[] }) {
  return (
    <ul className={styles.items}>
      {[...items.entries()].map(([index, item]) => (
        <li key={index} className={styles.item} dir="auto">
          {item}
        </li>
      ))}
    </ul>
  );
}

function Skeleton() {
  return (
    <div className={styles.empty} aria-hidden="true">
      <div className={styles.line} />
      <div className={styles.line} />
    </div>
  );
}
