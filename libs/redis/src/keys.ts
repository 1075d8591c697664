/** Builds a key or channel name from its parts, beginning with the deployment's prefix. */
export type Keys = (...parts: readonly string[]) => string;

export function createKeys(prefix: string): Keys {
  return (...parts) => `${prefix}:${parts.join(':')}`;
}
