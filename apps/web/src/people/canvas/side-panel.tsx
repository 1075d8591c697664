import { X } from 'lucide-react';
import { type ReactNode, useEffect, useId, useRef } from 'react';
import { text } from '../../text/en.ts';
import styles from './side-panel.module.css';

/**
 * A panel beside the canvas, or a sheet from below on narrow screens. The canvas stays usable. The focus goes to its heading,
 * and returns to where it was. Escape closes it.
 */
export function SidePanel({
  title,
  onClose,
  children,
}: {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
}) {
  const id = useId();
  const panel = useRef<HTMLElement>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  const close = useRef(onClose);
  useEffect(() => {
    close.current = onClose;
  });
  useEffect(() => {
    const opener = document.activeElement;
    const block = opener?.closest('[data-block]')?.getAttribute('data-block');
    heading.current?.focus();
    return () => {
      // A revision that was shown in place of the canvas has replaced the blocks.
      const target = opener?.isConnected ? opener : document.querySelector(`[data-block="${block}"]`);
      if (target instanceof HTMLElement) target.focus();
    };
  }, []);
  useEffect(() => {
    const closeByKey = ({ key, target, defaultPrevented }: KeyboardEvent) => {
      if (key !== 'Escape' || defaultPrevented || !(target instanceof Node)) return;
      // The focus is on the body after the focused button has disappeared.
      if (target === document.body || panel.current?.contains(target)) close.current();
    };
    document.addEventListener('keydown', closeByKey);
    return () => document.removeEventListener('keydown', closeByKey);
  }, []);
  return (
    <aside className={styles.panel} aria-labelledby={id} ref={panel}>
      <div className={styles.head}>
        <h2 id={id} ref={heading} tabIndex={-1}>
          {title}
        </h2>
        <button type="button" className={styles.close} aria-label={text.canvas.closePanel} onClick={onClose}>
          <X size={16} aria-hidden="true" />
        </button>
      </div>
      <div className={styles.content}>{children}</div>
    </aside>
  );
}
