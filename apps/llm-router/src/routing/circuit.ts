import CircuitBreaker from 'opossum';

export type BreakerState = 'closed' | 'open' | 'half-open';

export interface CircuitSettings {
  /** Percentage of failures at which it opens. */
  readonly failurePercentage: number;
  /** Minimum number of calls within the window to open. */
  readonly leastCalls: number;
  /** Length of the rolling window. */
  readonly windowMs: number;
  /** Time after which an open circuit becomes half-open. */
  readonly resetMs: number;
}

/** Opens if half of at least ten calls within 10 s fail, and probes after 60 s. */
export const defaultCircuitSettings: CircuitSettings = {
  failurePercentage: 50,
  leastCalls: 10,
  windowMs: 10_000,
  resetMs: 60_000,
};

/**
 * Opossum's state machine and rolling window, given outcomes instead of running the calls. If Opossum ran them, it would count
 * every filtered failure as a success, even one that closes a half-open breaker, and would dilute the failure rate with calls
 * that it has refused.
 */
export interface Circuit {
  state(): BreakerState;
  succeeded(): void;
  failed(): void;
  /** Recounts a success of so many milliseconds ago as a failure. */
  failedLater(agoMs: number): void;
  /** Opens, and becomes half-open after so many milliseconds. */
  openFor(ms: number): void;
  /** Closes and resets the counts. */
  close(): void;
  /** Stops counting and clears all timers. */
  stop(): void;
}

/** Creates a circuit. `onChange` is called synchronously after each state change. */
export function createCircuit(settings: CircuitSettings, onChange: (state: BreakerState) => void): Circuit {
  const { failurePercentage, leastCalls, windowMs, resetMs } = settings;
  const options = {
    timeout: false,
    // Opossum opens above its threshold; this circuit opens at its threshold.
    errorThresholdPercentage: failurePercentage - 0.1,
    volumeThreshold: leastCalls,
    rollingCountTimeout: windowMs,
    resetTimeout: resetMs,
    // With percentiles, every failure would sort the latencies of the whole window.
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

  /** Its success, and the call, were counted within the window. */
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
      // Reset first, because an open circuit would keep its old timer.
      opossum.shutdown();
      opossum = start();
      // Opossum reads this option when it opens.
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

/** Throws instead of rejecting, so that Opossum counts the failure synchronously. */
function conclude(outcome: Outcome): Promise<void> {
  if (outcome) throw outcome;
  return success;
}
