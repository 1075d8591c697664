import { type RefObject, Suspense, useLayoutEffect, useRef, useState } from 'react';
import { createPortal } from 'react-dom';
import type { Session } from '../../api.tsx';
import { Button } from '../../parts/button.tsx';
import { lazyPart } from '../../parts/lazy-part.ts';
import { text } from '../../text/en.ts';
import { shownKey } from '../keys.ts';
import styles from '../shell.module.css';
import { useShortcuts } from '../use-shortcuts.ts';

const Palette = lazyPart(async () => (await import('./palette.tsx')).Palette);

const key = 'Mod+k';

/** Opens the palette, as its key does on all pages, outside text fields. */
export function PaletteButton({ user }: { readonly user: Session['user'] }) {
  const [isOpen, setOpen] = useState(false);
  const typed = useRef('');
  const open = () => {
    typed.current = '';
    setOpen(true);
  };
  useShortcuts([{ keys: [key], label: text.shortcuts.palette, isGeneral: true, run: open }]);
  return (
    <>
      <Button look="quiet" aria-keyshortcuts="Control+K Meta+K" onClick={open}>
        {text.shell.search}
        <span className={styles.key} aria-hidden="true">
          {shownKey(key)}
        </span>
      </Button>
      {/* On narrow screens the button is in a sheet, which closes. */}
      {isOpen &&
        createPortal(
          <Suspense fallback={<TypedAhead typed={typed} />}>
            <Palette user={user} typed={typed} onClose={() => setOpen(false)} />
          </Suspense>,
          document.body,
        )}
    </>
  );
}

/** Takes the letters that are typed while the palette is loaded, which would otherwise be shortcuts of the page. */
function TypedAhead({ typed }: { readonly typed: RefObject<string> }) {
  useLayoutEffect(() => {
    const take = (event: KeyboardEvent) => {
      if (event.key.length !== 1 || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      event.stopPropagation();
      typed.current += event.key;
    };
    document.addEventListener('keydown', take, { capture: true });
    return () => document.removeEventListener('keydown', take, { capture: true });
  }, [typed]);
  return null;
}
