/** Detects stalls to the millisecond: undici's own timers are up to a second late. */
export interface SilenceTimer {
  /** Reports progress: restarts the `stallMs` timeout. */
  progressed(): void;
  /** True if anything has arrived. */
  hasBegun(): boolean;
  /** Suspends the timeout until the next progress; the first-byte timeout continues. */
  pause(): void;
  /** Replaces the timeout by another callback after the given time. */
  after(milliseconds: number, callback: () => void): void;
  stop(): void;
}

/** Starts the timer with `firstByteMs`. */
export function createSilenceTimer(
  { firstByteMs, stallMs }: { readonly firstByteMs: number; readonly stallMs: number },
  onSilence: (message: string) => void,
): SilenceTimer {
  let hasBegun = false;
  let isDue = false;
  let timer: NodeJS.Timeout | undefined = setTimeout(onTimeout, firstByteMs);

  /** If this process itself was busy, pending bytes are read first. */
  function onTimeout(): void {
    isDue = true;
    setImmediate(() => {
      if (isDue) onSilence(hasBegun ? `silent for ${stallMs} ms` : `no byte within ${firstByteMs} ms`);
    });
  }

  function stop(): void {
    clearTimeout(timer);
    timer = undefined;
    isDue = false;
  }

  return {
    hasBegun: () => hasBegun,
    progressed() {
      isDue = false;
      if (timer && (hasBegun || firstByteMs === stallMs)) timer.refresh();
      else {
        stop();
        timer = setTimeout(onTimeout, stallMs);
      }
      hasBegun = true;
    },
    pause() {
      if (hasBegun) stop();
    },
    after(milliseconds, callback) {
      stop();
      timer = setTimeout(callback, milliseconds);
    },
    stop,
  };
}
