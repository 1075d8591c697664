import { createContext, use, useLayoutEffect, useRef, useSyncExternalStore } from 'react';
import type { Shortcut } from './keys.ts';

/** The shortcuts that the components on the page offer. */
export function createOffers() {
  const byOwner = new Map<object, readonly Shortcut[]>();
  const listeners = new Set<() => void>();
  let all: readonly Shortcut[] = [];
  const changed = () => {
    all = [...byOwner.values()]
      .flat()
      .toSorted((a, b) => Number(a.isGeneral ?? 0) - Number(b.isGeneral ?? 0));
    for (const listener of listeners) listener();
  };
  return {
    set(owner: object, shortcuts: readonly Shortcut[]) {
      byOwner.set(owner, shortcuts);
      changed();
    },
    remove(owner: object) {
      byOwner.delete(owner);
      changed();
    },
    list: () => all,
    subscribe(listener: () => void) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

export const OffersContext = createContext(createOffers());

/** Offers keys while the component is on the page, from the moment that it is visible. */
export function useShortcuts(shortcuts: readonly Shortcut[]): void {
  const offers = use(OffersContext);
  const owner = useRef({});
  useLayoutEffect(() => offers.set(owner.current, shortcuts));
  useLayoutEffect(() => () => offers.remove(owner.current), [offers]);
}

/** The shortcuts that work on the current page, and last those that work on all pages. */
export function useOffered(): readonly Shortcut[] {
  const offers = use(OffersContext);
  return useSyncExternalStore(offers.subscribe, offers.list);
}
