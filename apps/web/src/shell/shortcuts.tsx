import {
  createContext,
  type ReactNode,
  Suspense,
  use,
  useCallback,
  useEffect,
  useLayoutEffect,
  useState,
} from 'react';
import { lazyPart } from '../parts/lazy-part.ts';
import { text } from '../text/en.ts';
import { readShortcuts } from './shortcut-setting.ts';
import type { Shortcut } from './shortcut-sheet.tsx';

/** Offers keys. Returns a function that withdraws them. */
type Offer = (shortcuts: readonly Shortcut[]) => () => void;

const OfferContext = createContext<Offer>(() => () => undefined);

const ShortcutSheet = lazyPart(async () => (await import('./shortcut-sheet.tsx')).ShortcutSheet);

/** Offers keys while the component is on the page, from the moment that it is visible. */
export function useShortcuts(shortcuts: readonly Shortcut[]): void {
  const offer = use(OfferContext);
  useLayoutEffect(() => offer(shortcuts));
}

/** Listens to the keys that components offer, and to `?`, which lists them, also those that are offered while the list is open. */
export function Shortcuts({ children }: { readonly children: ReactNode }) {
  const [offered] = useState(() => new Set<readonly Shortcut[]>());
  const [listed, setListed] = useState<readonly Shortcut[] | undefined>(undefined);
  const offer = useCallback<Offer>(
    (shortcuts) => {
      offered.add(shortcuts);
      setListed((open) => open && [...offered].flat());
      return () => void offered.delete(shortcuts);
    },
    [offered],
  );
  useEffect(() => {
    const act = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
      if (isTaken(event.target) || !readShortcuts()) return;
      const all = [...offered].flat();
      const found = all.find(({ keys }) => keys.includes(event.key));
      if (!found && event.key !== '?') return;
      event.preventDefault();
      if (found) found.run(event.key);
      else setListed(all);
    };
    document.addEventListener('keydown', act);
    return () => document.removeEventListener('keydown', act);
  }, [offered]);
  return (
    <OfferContext value={offer}>
      {children}
      <Suspense>
        {listed && (
          <ShortcutSheet
            shortcuts={[...listed, { keys: ['?'], label: text.shortcuts.list }]}
            onClose={() => setListed(undefined)}
          />
        )}
      </Suspense>
    </OfferContext>
  );
}

/** Returns true if the keys belong to a field, a menu or a dialog. */
function isTaken(target: EventTarget | null): boolean {
  const owners =
    'input:not([type=checkbox], [type=radio]), textarea, select, [role=menu], [role=dialog], [role=alertdialog]';
  return target instanceof Element && target.closest(owners) !== null;
}
