import CircuitBreaker from 'opossum';

export type BreakerState = 'closed' | 'open' | 'half-open';

export interface CircuitSettings {
  /** Percentage of failures at which it opens. */
  readonly failurePercentage: number;
  /** Calls within the window below which it stays closed whatever they say. */
  readonly leastCalls: number;
  /** Milliseconds of the past that count. */
  readonly windowMs: number;
  /** Milliseconds after which an open one is tried again. */
  readonly resetMs: number;
}

/** Opens at half of at least ten calls within 10 s, and tries again after a minute. */
export const defaultCircuitSettings: CircuitSettings = {
  failurePercentage: 50,
  leastCalls: 10,
  windowMs: 10_000,
  resetMs: 60_000,
};

/**
 * Opossum's state machine and rolling window, told of outcomes instead of running the calls. Left to run them it takes
 * every failure that is not to count for a success, even for the one that closes a half-open breaker, and thins the
 * failure rate with calls that it has refused.
 */
export interface Circuit {
  state(): BreakerState;
  succeeded(): void;
  failed(): void;
  /** A call that had succeeded so many milliseconds ago has failed after all. */
  failedLater(agoMs: number): void;
  /** Opens, and is half-open after so many milliseconds. */
  openFor(ms: number): void;
  /** Closes and forgets what it has counted. */
  close(): void;
  /** Counts no more, and has no timers. */
  stop(): void;
}

/** `onChange` is called after each change of the state, within the call that causes it. */
export function createCircuit(settings: CircuitSettings, onChange: (state: BreakerState) => void): Circuit {
  const { failurePercentage, leastCalls, windowMs, resetMs } = settings;
  const options = {
    timeout: false,
    // Opossum opens above its threshold, we at ours.
    errorThresholdPercentage: failurePercentage - 0.1,
    volumeThreshold: leastCalls,
    rollingCountTimeout: windowMs,
    resetTimeout: resetMs,
    // With them, every failure would sort the latencies of the whole window.
    rollingPercentilesEnabled: false,
    enableSnapshots: false,
  } satisfies CircuitBreaker.Options;
  let opossum = start();

  function start(): CircuitBreaker<[Outcome], void> {
    const breaker = new CircuitBreaker(conclude, options);
    breaker.on('open', () => onChange('open'));
    breaker.on('halfOpen', () => onChange('half-open'));
    return breaker;
  }

  function count(outcome: Outcome): void {
    opossum.fire(outcome).catch(() => undefined);
  }

  /** Its success has been counted within the window, and so has the call. */
  function turnIntoFailure(): void {
    opossum.emit('failure', laterFailure, 0, [laterFailure]);
    const { fires, failures } = opossum.stats;
    if (fires >= leastCalls && (failures / fires) * 100 >= failurePercentage) opossum.open();
  }

  const circuit: Circuit = {
    state: () => (opossum.opened ? 'open' : opossum.halfOpen ? 'half-open' : 'closed'),
    succeeded() {
      if (opossum.closed) count(undefined);
      else if (opossum.halfOpen) circuit.close();
    },
    failed() {
      if (opossum.closed) count(failure);
      else if (opossum.halfOpen) opossum.open();
    },
    failedLater(agoMs) {
      if (!opossum.closed) return;
      if (agoMs < windowMs) turnIntoFailure();
      else count(failure);
    },
    openFor(ms) {
      // Anew, as one that is open already would keep its old timer.
      opossum.shutdown();
      opossum = start();
      // Opossum reads it when it opens.
      options.resetTimeout = ms;
      opossum.open();
      options.resetTimeout = resetMs;
    },
    close() {
      const wasClosed = opossum.closed;
      opossum.shutdown();
      opossum = start();
      if (!wasClosed) onChange('closed');
    },
    stop: () => opossum.shutdown(),
  };
  return circuit;
}

type Outcome = Error | undefined;

const failure = new Error('a call failed');
const laterFailure = new Error('a call failed after its first success');
const success = Promise.resolve();

/** Throwing, not rejecting, makes Opossum count a failure at once. */
function conclude(outcome: Outcome): Promise<void> {
  if (outcome) throw outcome;
  return success;
}
