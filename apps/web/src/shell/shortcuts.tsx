import { type ReactNode, Suspense, useEffect, useMemo, useState } from 'react';
import { lazyPart } from '../parts/lazy-part.ts';
import { text } from '../text/en.ts';
import { createKeyReader } from './keys.ts';
import { readShortcuts } from './shortcut-setting.ts';
import { createOffers, OffersContext, useShortcuts } from './use-shortcuts.ts';

const ShortcutSheet = lazyPart(async () => (await import('./shortcut-sheet.tsx')).ShortcutSheet);

/** Listens to the keys that components offer, and to `?`, which lists them. */
export function Shortcuts({ children }: { readonly children: ReactNode }) {
  const offers = useMemo(createOffers, []);
  useEffect(() => {
    const read = createKeyReader();
    const act = (event: KeyboardEvent) => {
      const { target } = event;
      if (event.defaultPrevented || event.isComposing || !(target instanceof Element) || isTaken(target))
        return;
      const found = read(event, (selector) => target.matches(selector), {
        offered: offers.list(),
        hasLetters: readShortcuts(),
      });
      if (!found) return;
      event.preventDefault();
      if (found !== 'waits') found();
    };
    document.addEventListener('keydown', act);
    return () => document.removeEventListener('keydown', act);
  }, [offers]);
  return (
    <OffersContext value={offers}>
      {children}
      <Sheet />
    </OffersContext>
  );
}

/** The list of shortcuts, and the key that opens it. */
function Sheet() {
  const [isOpen, setOpen] = useState(false);
  useShortcuts([{ keys: ['?'], label: text.shortcuts.list, isGeneral: true, run: () => setOpen(true) }]);
  return <Suspense>{isOpen && <ShortcutSheet onClose={() => setOpen(false)} />}</Suspense>;
}

/** Returns true if the keys belong to a field, a menu or a dialog. */
function isTaken(target: Element): boolean {
  const owners =
    'input:not([type=checkbox], [type=radio]), textarea, select, [role=menu], [role=dialog], [role=alertdialog]';
  return target.closest(owners) !== null;
}
