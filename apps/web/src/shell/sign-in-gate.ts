/** Lets requests wait while the person signs in again, because the session ended elsewhere. */
export interface SignInGate {
  /** Resolves once the person has signed in, with true, or has declined. Requests that ask meanwhile share the answer. */
  ask(): Promise<boolean>;
  end(isSignedIn: boolean): void;
  isOpen(): boolean;
  subscribe(listener: () => void): () => void;
}

export function createSignInGate(): SignInGate {
  let waiting:
    | { readonly promise: Promise<boolean>; readonly resolve: (isSignedIn: boolean) => void }
    | undefined;
  const listeners = new Set<() => void>();
  const notify = () => {
    for (const listener of listeners) listener();
  };
  return {
    ask() {
      if (!waiting) {
        waiting = Promise.withResolvers<boolean>();
        notify();
      }
      return waiting.promise;
    },
    end(isSignedIn) {
      waiting?.resolve(isSignedIn);
      waiting = undefined;
      notify();
    },
    isOpen: () => waiting !== undefined,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
