import { type ReactNode, useEffect, useId, useRef } from 'react';
import styles from './bar-menu.module.css';
import { buttonClass } from './button.tsx';

/**
 * Links or buttons of a bar. On narrow screens they are behind one button, in a sheet from below, which closes with the first
 * choice, with Escape, and with a touch beside it.
 */
export function BarMenu({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  const id = useId();
  const sheet = useRef<HTMLDivElement>(null);
  const close = () => {
    if (sheet.current?.matches(':popover-open')) sheet.current.hidePopover();
  };
  useEffect(() => {
    const wide = matchMedia('(min-width: 640px)');
    wide.addEventListener('change', close);
    return () => wide.removeEventListener('change', close);
  });
  return (
    <>
      <button
        type="button"
        className={`${buttonClass('quiet')} ${styles.opener}`}
        aria-label={label}
        popoverTarget={id}
      >
        {/* The icons of lucide-react would be loaded with every page. */}
        <svg width="20" height="20" fill="currentColor" aria-hidden="true">
          <circle cx="4" cy="10" r="1.5" />
          <circle cx="10" cy="10" r="1.5" />
          <circle cx="16" cy="10" r="1.5" />
        </svg>
      </button>
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: a key on a button or link is a click as well. */}
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the clicks belong to the buttons and links. */}
      <div id={id} ref={sheet} className={styles.sheet} popover="auto" onClick={close}>
        {children}
      </div>
    </>
  );
}
