import { ProviderError } from '../providers/provider-error.ts';
import { type BreakerState, type CircuitSettings, createCircuit } from './circuit.ts';
import { isProvidersFault } from './provider-blame.ts';

/** The circuit breaker of one model of a provider. */
export interface Breaker {
  state(): BreakerState;
  /** Returns true if a call would be admitted now. */
  letsThrough(): boolean;
  /** Runs `work` and counts its outcome. Throws ProviderError `shut_off` immediately while open. */
  run<T>(work: () => Promise<T>): Promise<T>;
  /** Recounts a success of `run` at that time (of `performance.now()`) as a failure. */
  failedLater(succeededAt: number): void;
  /** Closes and resets the counts. */
  close(): void;
  /** Follows a change that another replica made so many milliseconds ago, unless this one has changed since. */
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
      try {
        const result = await work();
        leave(entry, circuit.succeeded);
        return result;
      } catch (error) {
        leave(entry, isProvidersFault(error) ? circuit.failed : nothing);
        throw error;
      }
    },
    failedLater: (succeededAt) => circuit.failedLater(performance.now() - succeededAt),
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
