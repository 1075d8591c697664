/** Later calls share the first call's outcome: a second stop must not end a server that was started since. */
export function once(action: () => Promise<void>): () => Promise<void> {
  let outcome: Promise<void> | undefined;
  return () => {
    outcome ??= action();
    return outcome;
  };
}
