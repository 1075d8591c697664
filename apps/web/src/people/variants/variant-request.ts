import { panelsText } from '../../text/panels.en.ts';

/** A variant that has not been written yet. */
export interface VariantRequest {
  readonly canvasId: string;
  /** lean, premium, partnership, or the words of the person. */
  readonly kind: string;
  /** True if there is a variant of this kind: another answer is wanted, not the cached one. */
  readonly isAnother: boolean;
  /** Key of the request. A repetition with the same key gets the same variant and costs nothing. */
  readonly key: string;
}

const storageKey = 'pending-variant';

/** Keeps the request in this tab, across reloads. */
export function startVariant(wanted: Omit<VariantRequest, 'key'>): void {
  const request: VariantRequest = { ...wanted, key: crypto.randomUUID() };
  sessionStorage.setItem(storageKey, JSON.stringify(request));
}

/** Returns the request for a variant of this canvas that this tab holds, if any. */
export function readVariant(canvasId: string): VariantRequest | undefined {
  const stored = sessionStorage.getItem(storageKey);
  const request = stored === null ? undefined : (JSON.parse(stored) as VariantRequest);
  return request?.canvasId === canvasId ? request : undefined;
}

export function forgetVariant(): void {
  sessionStorage.removeItem(storageKey);
}

/** The name of a kind of variant. Own words are their own name. */
export function kindName(kind: string): string {
  const { kinds } = panelsText.variants;
  return Object.hasOwn(kinds, kind) ? kinds[kind as keyof typeof kinds].name : kind;
}
