import { lazy, type ReactNode } from 'react';

/** Pause before a file is asked for again. */
const retryMs = 2_000;

/**
 * A component in a file of its own. While the file cannot be loaded, for example because the gateway restarts, the page goes on
 * without the component.
 */
export function lazyPart<P extends object>(load: () => Promise<(props: P) => ReactNode>) {
  return lazy(async () => {
    for (;;) {
      try {
        return { default: await load() };
      } catch {
        await new Promise((resolve) => setTimeout(resolve, retryMs));
      }
    }
  });
}
