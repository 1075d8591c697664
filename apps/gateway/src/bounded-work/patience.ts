/** Waits that are all given up after the same time. */
export interface Patience {
  /** `giveUp` is called unless the wait ends before. */
  begin(giveUp: () => void): Wait;
  end(wait: Wait): void;
}

export interface Wait {
  readonly until: number;
  /** Undefined once the wait has ended. */
  giveUp: (() => void) | undefined;
}

/**
 * One timer serves them all, as the first that began is the first to be given up: one for each would cost every request.
 *
 * Not a Set: each time that one shrinks or grows, V8 links the old table to the new one, so that a table in the old
 * generation keeps all later ones alive, with the requests that they hold (measured with Node 24).
 */
export function createPatience(ms: number): Patience {
  let waits: Wait[] = [];
  let isTimed = false;

  const look = (): void => {
    const now = performance.now();
    const left = waits.findIndex(({ until, giveUp }) => giveUp !== undefined && until > now);
    const over = left < 0 ? waits : waits.slice(0, left);
    waits = left < 0 ? [] : waits.slice(left);
    isTimed = waits[0] !== undefined;
    if (waits[0]) setTimeout(look, Math.ceil(waits[0].until - now));
    for (const { giveUp } of over) giveUp?.();
  };

  return {
    begin(giveUp) {
      const wait: Wait = { until: performance.now() + ms, giveUp };
      waits.push(wait);
      if (!isTimed) setTimeout(look, ms);
      isTimed = true;
      return wait;
    },
    end(wait) {
      wait.giveUp = undefined;
    },
  };
}
