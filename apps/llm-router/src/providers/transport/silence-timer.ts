/** Notices that nothing comes any more, to the millisecond: undici's own timers are about a second late. */
export interface SilenceTimer {
  /** Something came: from now on `stallMs` counts, anew with each call. */
  progressed(): void;
  /** Whether anything has come. */
  hasBegun(): boolean;
  /** Does not count until the next progress; the wait for the first byte goes on. */
  pause(): void;
  /** Calls something else after a while instead. */
  after(milliseconds: number, callback: () => void): void;
  stop(): void;
}

/** Starts at once, with `firstByteMs`. */
export function createSilenceTimer(
  { firstByteMs, stallMs }: { readonly firstByteMs: number; readonly stallMs: number },
  onSilence: (message: string) => void,
): SilenceTimer {
  let hasBegun = false;
  let isDue = false;
  let timer: NodeJS.Timeout | undefined = setTimeout(onTimeout, firstByteMs);

  /** Where this process itself was busy for so long, what came meanwhile is read first. */
  function onTimeout(): void {
    isDue = true;
    setImmediate(() => {
      if (isDue) onSilence(hasBegun ? `silent for ${stallMs} ms` : `nothing came within ${firstByteMs} ms`);
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
