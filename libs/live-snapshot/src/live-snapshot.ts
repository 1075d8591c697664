import { type Redis, subscribe } from '@valuecanvas/redis';

/** The latest state of something that another service owns, kept in this process and renewed when it changes. */
export interface LiveSnapshot<S> {
  /** The latest known state, however old; undefined only before the first one has arrived. */
  current(): S | undefined;
  /** Resolves with the first state, or with undefined where none has arrived within `timeoutMs`. */
  first(timeoutMs: number): Promise<S | undefined>;
  /** The state stays as it is from now on. */
  stop(): void;
}

export interface LiveSnapshotOptions<S> {
  /** Fetches the state, or undefined where `knownVersion` is still the latest. */
  readonly fetch: (knownVersion: string | undefined) => Promise<S | undefined>;
  /** A waiting connection used for nothing else; messages on `channel` say that something has changed. */
  readonly redis: Redis;
  readonly channel: string;
  /** Milliseconds between fetches where no message arrives. */
  readonly pollMs: number;
  /** Hears of failed fetches; the last known state stays. */
  readonly onError: (error: unknown) => void;
}

/** Milliseconds between attempts to get the very first state. */
const firstRetryMs = 300;

/** Starts to fetch at once; then after each message, after each reconnection of Redis, and every `pollMs`. */
export function createLiveSnapshot<S extends { readonly version: string }>(
  options: LiveSnapshotOptions<S>,
): LiveSnapshot<S> {
  const arrived = Promise.withResolvers<S>();
  let state: S | undefined;
  let fetching = false;
  let changedMeanwhile = false;
  let retry: NodeJS.Timeout | undefined;
  let stopped = false;

  const renew = async (): Promise<void> => {
    if (stopped) return;
    if (fetching) {
      changedMeanwhile = true;
      return;
    }
    fetching = true;
    try {
      do {
        changedMeanwhile = false;
        const fetched = await options.fetch(state?.version);
        if (stopped) return;
        state = fetched ?? state;
        if (state) arrived.resolve(state);
      } while (changedMeanwhile);
    } catch (error) {
      if (stopped) return;
      options.onError(error);
      // Without any state the service cannot do its work: it does not wait for the next poll.
      if (!state) retry = setTimeout(() => void renew(), firstRetryMs).unref();
    } finally {
      fetching = false;
    }
  };

  subscribe(options.redis, options.channel, (version) => {
    if (version === undefined || version !== state?.version) void renew();
  });
  const timer = setInterval(() => void renew(), options.pollMs);
  timer.unref();
  void renew();

  return {
    current: () => state,
    first: (timeoutMs) => Promise.race([arrived.promise, after(timeoutMs)]),
    stop() {
      stopped = true;
      clearInterval(timer);
      clearTimeout(retry);
    },
  };
}

function after(timeoutMs: number): Promise<undefined> {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  setTimeout(resolve, timeoutMs, undefined).unref();
  return promise;
}
