/** Waits that are all given up after the same time. */
export interface Patience {
  /** `giveUp` is called unless the wait ends before. */
  begin(giveUp: () => void): Wait;
  end(wait: Wait): void;
}

export interface Wait {
  readonly until: number;
  readonly giveUp: () => void;
}

/** One timer serves them all, as the first that began is the first to be given up: one for each would cost every request. */
export function createPatience(ms: number): Patience {
  const waits = new Set<Wait>();
  let timer: NodeJS.Timeout | undefined;

  const look = (): void => {
    timer = undefined;
    const now = performance.now();
    for (const wait of waits) {
      if (wait.until > now) {
        timer = setTimeout(look, Math.ceil(wait.until - now));
        return;
      }
      waits.delete(wait);
      wait.giveUp();
    }
  };

  return {
    begin(giveUp) {
      const wait = { until: performance.now() + ms, giveUp };
      waits.add(wait);
      if (timer === undefined) timer = setTimeout(look, ms);
      return wait;
    },
    end(wait) {
      waits.delete(wait);
    },
  };
}
