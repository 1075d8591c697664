import { useEffect, useRef } from 'react';

/** Milliseconds in which the letter of a screen must follow `g`. */
const pairMs = 1_500;

/** Listens to `g` with a letter, and to `p`, outside text fields and dialogs. */
export function useShortcuts(
  isOn: boolean,
  actions: { readonly go: (key: string) => void; readonly onPause: () => void },
): void {
  const latest = useRef(actions);
  useEffect(() => {
    latest.current = actions;
  });
  useEffect(() => {
    if (!isOn) return undefined;
    let startedAt = Number.NEGATIVE_INFINITY;
    const act = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || isBusy(event.target)) return;
      const isSecond = event.timeStamp - startedAt < pairMs;
      startedAt = event.key === 'g' ? event.timeStamp : Number.NEGATIVE_INFINITY;
      if (isSecond) latest.current.go(event.key);
      else if (event.key === 'p') latest.current.onPause();
    };
    document.addEventListener('keydown', act);
    return () => document.removeEventListener('keydown', act);
  }, [isOn]);
}

/** Returns true if the keys belong to a field or a dialog. */
function isBusy(target: EventTarget | null): boolean {
  return (
    target instanceof Element &&
    target.closest('input:not([type=checkbox]), textarea, select, [role=alertdialog], [role=dialog]') !== null
  );
}
