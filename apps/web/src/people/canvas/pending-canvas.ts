import type { InputOf } from '@valuecanvas/web-client';

/** The description of a canvas that has not been generated yet, as typed. */
export interface PendingCanvas {
  readonly businessDescription: string;
  readonly industry: string;
  readonly targetMarket: string;
  /** Key of the request. A repetition with the same key gets the same canvas and costs nothing. */
  readonly key: string;
}

const storageKey = 'pending-canvas';

/** Returns the description that this tab holds, or an empty one. */
export function readPending(): PendingCanvas {
  const stored = sessionStorage.getItem(storageKey);
  if (stored !== null) return JSON.parse(stored) as PendingCanvas;
  return { businessDescription: '', industry: '', targetMarket: '', key: crypto.randomUUID() };
}

/** Keeps a changed description in this tab, across reloads and signing in, under a new key. Returns it. */
export function startPending(fields: Omit<PendingCanvas, 'key'>): PendingCanvas {
  const pending = { ...fields, key: crypto.randomUUID() };
  sessionStorage.setItem(storageKey, JSON.stringify(pending));
  return pending;
}

export function forgetPending(): void {
  sessionStorage.removeItem(storageKey);
}

export function requestOf({
  businessDescription,
  industry,
  targetMarket,
}: PendingCanvas): InputOf<'generateCanvas'> {
  return { body: { businessDescription, industry, targetMarket } };
}
