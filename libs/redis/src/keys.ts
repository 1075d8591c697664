/** Builds a key or channel name from its parts, below the deployment's own prefix. */
export type Keys = (...parts: readonly string[]) => string;

export function createKeys(prefix: string): Keys {
  return (...parts) => `${prefix}:${parts.join(':')}`;
}
