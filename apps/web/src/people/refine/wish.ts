const keyOf = (canvasId: string) => `wish-${canvasId}`;

/** Returns the wish for suggestions that this tab holds for a canvas, or an empty one. */
export function readWish(canvasId: string): string {
  return sessionStorage.getItem(keyOf(canvasId)) ?? '';
}

/** Keeps a wish in this tab, across reloads, until it is forgotten. */
export function keepWish(canvasId: string, wish: string): void {
  sessionStorage.setItem(keyOf(canvasId), wish);
}

export function forgetWish(canvasId: string): void {
  sessionStorage.removeItem(keyOf(canvasId));
}
