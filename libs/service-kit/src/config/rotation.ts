import { isDeepStrictEqual } from 'node:util';
import type { Logger } from 'pino';

/** Passes new values of variables to the code that can use them without a restart. */
export interface Rotation<C> {
  /** Calls `use` with the whole new configuration after one of these variables has changed. */
  follow(names: readonly (keyof C & string)[], use: (config: C) => void): void;
}

/**
 * `refresh` reads the configuration again. A value that no code follows takes effect at the next start, and is logged as such
 * once. If reading or a follower fails, `refresh` rejects, and the next one tries again.
 */
export function createRotation<C extends object>(
  initial: C,
  read: () => Promise<C>,
  log: Logger,
): Rotation<C> & { refresh(): Promise<void> } {
  const followers: { names: readonly string[]; use: (config: C) => void }[] = [];
  let current: C = initial;
  return {
    follow(names, use) {
      followers.push({ names, use });
    },
    async refresh() {
      const next = await read();
      const changed = changedNames(current, next);
      if (changed.length === 0) return;
      for (const { names, use } of followers) if (names.some((name) => changed.includes(name))) use(next);
      current = next;
      const followed = new Set(followers.flatMap(({ names }) => names));
      const [inUse, waiting] = [true, false].map((is) => changed.filter((name) => followed.has(name) === is));
      if (inUse?.length) log.info({ variables: inUse }, 'configuration: changed values are in use');
      if (waiting?.length) log.warn({ variables: waiting }, 'configuration: changed values need a restart');
    },
  };
}

function changedNames(one: object, other: object): string[] {
  const before: Readonly<Record<string, unknown>> = { ...one };
  const after: Readonly<Record<string, unknown>> = { ...other };
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
    (name) => !isDeepStrictEqual(before[name], after[name]),
  );
}
