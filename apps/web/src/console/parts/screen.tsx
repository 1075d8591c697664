import type { ReactNode } from 'react';
import { PageHeading } from '../../shell/page-heading.tsx';
import styles from './screen.module.css';
import { useRowKeys } from './use-row-keys.ts';

/** A screen of the console: its heading, the age of its figures, filters and actions, and its content. */
export function ScreenFrame({
  title,
  aside,
  controls,
  hasRows = false,
  hasSelection = false,
  children,
}: {
  readonly title: string;
  readonly aside?: ReactNode;
  readonly controls?: ReactNode;
  /** Offers the keys that move between the rows of its tables. */
  readonly hasRows?: boolean;
  /** Offers the key that selects a row. */
  readonly hasSelection?: boolean;
  readonly children: ReactNode;
}) {
  const screen = useRowKeys(hasRows, hasSelection);
  return (
    <div ref={screen} className={styles.frame}>
      <div className={styles.head}>
        <PageHeading title={title} className={styles.title} />
        {aside}
      </div>
      {controls && <div className={styles.controls}>{controls}</div>}
      {children}
    </div>
  );
}

/** A row of figures with their names. */
export function Facts({ children }: { readonly children: ReactNode }) {
  return <dl className={styles.facts}>{children}</dl>;
}

/** One figure. The note below says what it means, and is coloured where an operator should look. */
export function Fact({
  name,
  value,
  note,
  look,
}: {
  readonly name: ReactNode;
  readonly value: ReactNode;
  readonly note?: ReactNode;
  readonly look?: 'warn' | 'bad' | undefined;
}) {
  return (
    <div className={styles.fact}>
      <dt>{name}</dt>
      <dd className={styles.value}>{value}</dd>
      {note && <dd className={`${styles.note} ${look ? styles[look] : ''}`}>{note}</dd>}
    </div>
  );
}
