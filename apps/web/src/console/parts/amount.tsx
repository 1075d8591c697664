import { useAnnounce } from '../../shell/announcer.tsx';
import { consoleText as text } from '../../text/console.en.ts';
import styles from './amount.module.css';
import { columnOf, exactDollars } from './money.ts';

/** An amount. Under the pointer and the focus it shows all nine decimals, and a click copies them. */
export function Amount({
  nanos,
  format = columnOf([nanos]),
}: {
  readonly nanos: number;
  /** Format of a column of amounts. */
  readonly format?: (nanos: number) => string;
}) {
  const announce = useAnnounce();
  const exact = exactDollars(nanos);
  const copy = async () => {
    // The browser offers no clipboard to pages without TLS, except on this machine.
    if (!window.isSecureContext) return;
    await navigator.clipboard.writeText(exact);
    announce(text.copied(exact));
  };
  return (
    <button type="button" className={styles.amount} title={exact} onClick={() => void copy()}>
      {format(nanos)}
    </button>
  );
}
