import CircuitBreaker from 'opossum';
import { ProviderError, type ProviderFault } from '../providers/provider-error.ts';

/** The circuit breaker of one model of a provider. */
export interface Breaker {
  state(): BreakerState;
  /** Returns true if a call would be admitted now. */
  letsThrough(): boolean;
  /** Runs `work` and counts its outcome. Throws ProviderError `shut_off` immediately while open. */
  run<T>(work: () => Promise<T>): Promise<T>;
  /** Recounts a success of `run` at that time (of `performance.now()`) as a failure of the given kind. */
  failedLater(succeededAt: number, fault: ProviderFault): void;
  /** Closes and resets the counts. */
  close(): void;
  /** Follows a change that another replica made `agoMs` ago, unless this breaker has changed since. */
  follow(state: FollowedState, agoMs: number): void;
  /** Time of the last call, of `performance.now()`. */
  lastUsedAt(): number;
  stop(): void;
}

/** A change of the breaker. */
export type FollowedState = Exclude<BreakerState, 'half-open'>;

export interface BreakerChange {
  readonly state: BreakerState;
  /** True if it followed another replica or a command. */
  readonly followed: boolean;
}

export interface BreakerOptions {
  readonly provider: string;
  readonly circuit: CircuitSettings;
  readonly onChange: (change: BreakerChange) => void;
}

/** While half-open, one probe call is admitted; an inconclusive probe leaves the decision to the next call. */
export function createBreaker({ provider, circuit: settings, onChange }: BreakerOptions): Breaker {
  let lastUsedAt = performance.now();
  let changedAt = Number.NEGATIVE_INFINITY;
  let isFollowing = false;
  /** Number of the probe call while half-open. */
  let trial = 0;
  let trials = 0;
  let lastState: BreakerState = 'closed';
  const circuit = createCircuit(settings, (state) => {
    trial = 0;
    changedAt = performance.now();
    // An open breaker may be reopened.
    if (state !== lastState) onChange({ state, followed: isFollowing });
    lastState = state;
  });

  function letsThrough(): boolean {
    const state = circuit.state();
    return state === 'closed' || (state === 'half-open' && trial === 0);
  }

  /** 0 for a call that is not a probe. */
  function enter(): number {
    lastUsedAt = performance.now();
    if (!letsThrough()) throw new ProviderError('shut_off', provider, 'its circuit breaker is open');
    if (circuit.state() === 'closed') return 0;
    trials += 1;
    trial = trials;
    return trial;
  }

  /** Calls that started before it opened do not affect whether it closes. */
  function leave(entry: number, count: () => void): void {
    const isTrial = entry !== 0 && entry === trial;
    if (isTrial) trial = 0;
    if (isTrial || circuit.state() === 'closed') count();
  }

  /** A call that hangs takes longer than the rolling window, so that at low traffic the window never fills. */
  const isHang = (fault: ProviderFault, since: number): boolean =>
    fault === 'timeout' && performance.now() - since >= settings.windowMs;

  function following(change: () => void, agoMs = 0): void {
    isFollowing = true;
    change();
    isFollowing = false;
    changedAt = performance.now() - agoMs;
  }

  return {
    state: circuit.state,
    letsThrough,
    async run(work) {
      const entry = enter();
      const startedAt = lastUsedAt;
      try {
        const result = await work();
        leave(entry, circuit.succeeded);
        return result;
      } catch (error) {
        if (isBreakerFailure(error)) leave(entry, () => circuit.failed(isHang(error.fault, startedAt)));
        else leave(entry, nothing);
        throw error;
      }
    },
    failedLater: (succeededAt, fault) =>
      circuit.failedLater(performance.now() - succeededAt, isHang(fault, succeededAt)),
    close: () => following(circuit.close),
    follow(state, agoMs) {
      const remainingMs = settings.resetMs - agoMs;
      if (performance.now() - changedAt < agoMs || remainingMs <= 0) return;
      if (state === 'closed') {
        if (circuit.state() !== 'closed') following(circuit.close, agoMs);
        return;
      }
      // Another call has just used it.
      lastUsedAt = performance.now();
      following(() => circuit.openFor(remainingMs), agoMs);
    },
    lastUsedAt: () => lastUsedAt,
    stop: circuit.stop,
  };
}

function nothing(): void {}

/** Failures that indicate the provider's health. All others are caused by the caller, or never reached the provider. */
const breakerFaults: ReadonlySet<ProviderFault> = new Set([
  'rate_limited',
  'timeout',
  'unavailable',
  'bad_response',
]);

/** Returns true if a failure counts against the provider; a defect of this code does not. */
export function isBreakerFailure(error: unknown): error is ProviderError {
  return error instanceof ProviderError && breakerFaults.has(error.fault);
}

export type BreakerState = 'closed' | 'open' | 'half-open';

export interface CircuitSettings {
  /** Percentage of failures at which it opens. */
  readonly failurePercentage: number;
  /** Minimum number of calls within the window to open. */
  readonly minCalls: number;
  /** Length of the rolling window. */
  readonly windowMs: number;
  /** Time after which an open circuit becomes half-open. */
  readonly resetMs: number;
  /** Number of consecutive failures, spread over at least the window, at which it opens. */
  readonly consecutiveFailures: number;
  /** Number of timeouts of at least the window, among the last calls, at which it opens. */
  readonly hangs: { readonly count: number; readonly ofLast: number; readonly withinMs: number };
}

/**
 * Opens if half of at least ten calls within 10 s fail, and probes after 60 s. At low traffic, it opens after five consecutive
 * failures, or if three of the last five calls hung.
 */
export const defaultCircuitSettings: CircuitSettings = {
  failurePercentage: 50,
  minCalls: 10,
  windowMs: 10_000,
  resetMs: 60_000,
  consecutiveFailures: 5,
  hangs: { count: 3, ofLast: 5, withinMs: 5 * 60_000 },
};

/**
 * Opossum's state machine and rolling window, given outcomes instead of running the calls. If Opossum ran them, it would count
 * every filtered failure as a success, even one that closes a half-open breaker, and would dilute the failure rate with calls
 * that it has refused.
 */
interface Circuit {
  state(): BreakerState;
  succeeded(): void;
  failed(isHang: boolean): void;
  /** Changes a success from `agoMs` ago to a failure. */
  failedLater(agoMs: number, isHang: boolean): void;
  /** Opens, and becomes half-open after `ms`. */
  openFor(ms: number): void;
  /** Closes and resets the counts. */
  close(): void;
  /** Stops counting and clears all timers. */
  stop(): void;
}

/** Creates a circuit. `onChange` is called synchronously after each state change. */
function createCircuit(settings: CircuitSettings, onChange: (state: BreakerState) => void): Circuit {
  const { failurePercentage, minCalls, windowMs, resetMs } = settings;
  const lowTraffic = createLowTrafficRule(settings);
  let opossum = start(resetMs);

  function start(resetTimeout: number): CircuitBreaker<[Outcome], void> {
    const breaker = new CircuitBreaker(conclude, {
      timeout: false,
      // Opossum opens above its threshold, this circuit at its threshold: the next smaller number.
      errorThresholdPercentage: failurePercentage * (1 - Number.EPSILON),
      volumeThreshold: minCalls,
      rollingCountTimeout: windowMs,
      resetTimeout,
      // With percentiles, every failure would sort the latencies of the whole window.
      rollingPercentilesEnabled: false,
      enableSnapshots: false,
    });
    breaker.on('open', () => onChange('open'));
    breaker.on('halfOpen', () => onChange('half-open'));
    return breaker;
  }

  function restart(resetTimeout: number): void {
    opossum.shutdown();
    lowTraffic.reset();
    opossum = start(resetTimeout);
  }

  function count(outcome: Outcome): void {
    opossum.fire(outcome).catch(() => undefined);
  }

  /**
   * Its success, and the call, were counted within the window. Opossum has no method to count a failure without a further
   * call, but counts the failure events that it emits itself, so that an event from outside counts as well. A release that
   * stopped doing so would fail the test of streams that break off later.
   */
  function turnIntoFailure(): void {
    opossum.emit('failure', laterFailure, 0, [laterFailure]);
    const { fires, failures } = opossum.stats;
    if (fires >= minCalls && (failures / fires) * 100 >= failurePercentage) opossum.open();
  }

  const circuit: Circuit = {
    state: () => (opossum.opened ? 'open' : opossum.halfOpen ? 'half-open' : 'closed'),
    succeeded() {
      if (opossum.closed) {
        lowTraffic.succeeded();
        count(undefined);
      } else if (opossum.halfOpen) circuit.close();
    },
    failed(isHang) {
      if (opossum.halfOpen) circuit.openFor(resetMs);
      if (!opossum.closed) return;
      const isOver = lowTraffic.failed(isHang);
      count(failure);
      if (isOver && opossum.closed) circuit.openFor(resetMs);
    },
    failedLater(agoMs, isHang) {
      if (!opossum.closed) return;
      const isOver = lowTraffic.failedLater(isHang);
      if (agoMs < windowMs) turnIntoFailure();
      else count(failure);
      if (isOver && opossum.closed) circuit.openFor(resetMs);
    },
    openFor(ms) {
      // An open circuit would keep its old timer.
      restart(ms);
      opossum.open();
    },
    close() {
      const wasClosed = opossum.closed;
      restart(resetMs);
      if (!wasClosed) onChange('closed');
    },
    stop: () => opossum.shutdown(),
  };
  return circuit;
}

/**
 * Detects a provider that fails at a traffic too low for the rolling window: its calls may each take longer than the window. The
 * methods for failures return true if the circuit must open.
 */
interface LowTrafficRule {
  succeeded(): void;
  failed(isHang: boolean): boolean;
  /** A success turned out to be a failure. */
  failedLater(isHang: boolean): boolean;
  reset(): void;
}

function createLowTrafficRule({
  consecutiveFailures,
  hangs: { count, ofLast, withinMs },
  windowMs,
}: CircuitSettings): LowTrafficRule {
  let failures = 0;
  /** The consecutive failures before the last success. */
  let earlier = 0;
  let firstFailureAt = 0;
  /** Times of the hangs among the last calls; 0 for all other calls. */
  const hungAt = new Float64Array(ofLast);
  let next = 0;

  function record(at: number): void {
    hungAt[next] = at;
    next = (next + 1) % ofLast;
  }

  function failed(isHang: boolean): boolean {
    const now = performance.now();
    record(isHang ? now : 0);
    if (failures === 0) firstFailureAt = now;
    failures += 1;
    earlier = 0;
    if (failures >= consecutiveFailures && now - firstFailureAt >= windowMs) return true;
    return hungAt.reduce((sum, at) => (at > 0 && now - at <= withinMs ? sum + 1 : sum), 0) >= count;
  }

  return {
    succeeded() {
      record(0);
      earlier = failures;
      failures = 0;
    },
    failed,
    failedLater(isHang) {
      failures = Math.max(failures, earlier);
      return failed(isHang);
    },
    reset() {
      failures = 0;
      earlier = 0;
      hungAt.fill(0);
    },
  };
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
