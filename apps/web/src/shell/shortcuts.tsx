import {
  createContext,
  lazy,
  type ReactNode,
  Suspense,
  use,
  useEffect,
  useLayoutEffect,
  useState,
} from 'react';
import { text } from '../text/en.ts';
import { readShortcuts } from './shortcut-setting.ts';
import type { Shortcut } from './shortcut-sheet.tsx';

type Registry = Set<readonly Shortcut[]>;

const RegistryContext = createContext<Registry>(new Set());

const ShortcutSheet = lazy(async () => ({ default: (await import('./shortcut-sheet.tsx')).ShortcutSheet }));

/** Offers keys while the component is on the page, from the moment that it is visible. */
export function useShortcuts(shortcuts: readonly Shortcut[]): void {
  const registry = use(RegistryContext);
  useLayoutEffect(() => {
    registry.add(shortcuts);
    return () => void registry.delete(shortcuts);
  });
}

/** Listens to the keys that components offer, and to `?`, which lists them. */
export function Shortcuts({ children }: { readonly children: ReactNode }) {
  const [registry] = useState<Registry>(() => new Set());
  const [listed, setListed] = useState<readonly Shortcut[] | undefined>(undefined);
  useEffect(() => {
    const act = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
      if (isTaken(event.target) || !readShortcuts()) return;
      const all = [...registry].flat();
      const found = all.find(({ keys }) => keys.includes(event.key));
      if (!found && event.key !== '?') return;
      event.preventDefault();
      if (found) found.run(event.key);
      else setListed(all);
    };
    document.addEventListener('keydown', act);
    return () => document.removeEventListener('keydown', act);
  }, [registry]);
  return (
    <RegistryContext value={registry}>
      {children}
      <Suspense>
        {listed && (
          <ShortcutSheet
            shortcuts={[...listed, { keys: ['?'], label: text.shortcuts.list }]}
            onClose={() => setListed(undefined)}
          />
        )}
      </Suspense>
    </RegistryContext>
  );
}

/** Returns true if the keys belong to a field, a menu or a dialog. */
function isTaken(target: EventTarget | null): boolean {
  const owners =
    'input:not([type=checkbox], [type=radio]), textarea, select, [role=menu], [role=dialog], [role=alertdialog]';
  return target instanceof Element && target.closest(owners) !== null;
}
