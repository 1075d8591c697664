import { ProviderError } from '../providers/provider-error.ts';
import { type BreakerState, type CircuitSettings, createCircuit } from './circuit.ts';
import { isProvidersFault } from './provider-blame.ts';

/** Keeps calls away from a model of a provider that fails. */
export interface Breaker {
  state(): BreakerState;
  /** Whether a call would be let through now. */
  letsThrough(): boolean;
  /** Runs `work` and counts how it ends; throws ProviderError `shut_off` at once where it may not run. */
  run<T>(work: () => Promise<T>): Promise<T>;
  /** What `run` had counted as a success at that time (of `performance.now()`) has failed after all. */
  failedLater(succeededAt: number): void;
  /** Closes, and forgets what it has counted. */
  close(): void;
  /** Does what another one did so many milliseconds ago, unless it has changed itself since. */
  follow(state: FollowedState, agoMs: number): void;
  /** Milliseconds of `performance.now()` when a call was last asked of it. */
  lastUsedAt(): number;
  stop(): void;
}

/** What is told of other replicas' breakers. */
export type FollowedState = Exclude<BreakerState, 'half-open'>;

export interface BreakerChange {
  readonly state: BreakerState;
  /** Whether it only did what was done elsewhere, or what it was told. */
  readonly followed: boolean;
}

export interface BreakerOptions {
  readonly provider: string;
  readonly circuit: CircuitSettings;
  readonly onChange: (change: BreakerChange) => void;
}

/** While it is half-open one call tries; what ends without saying anything of the provider leaves that to another. */
export function createBreaker({ provider, circuit: settings, onChange }: BreakerOptions): Breaker {
  let lastUsedAt = performance.now();
  let changedAt = Number.NEGATIVE_INFINITY;
  let isFollowing = false;
  /** The call that tries, while it is half-open; calls are told apart by a number. */
  let trial = 0;
  let trials = 0;
  let lastState: BreakerState = 'closed';
  const circuit = createCircuit(settings, (state) => {
    trial = 0;
    changedAt = performance.now();
    // One that is open may be opened anew.
    if (state !== lastState) onChange({ state, followed: isFollowing });
    lastState = state;
  });

  function letsThrough(): boolean {
    const state = circuit.state();
    return state === 'closed' || (state === 'half-open' && trial === 0);
  }

  /** 0 for a call that does not try anything. */
  function enter(): number {
    lastUsedAt = performance.now();
    if (!letsThrough()) throw new ProviderError('shut_off', provider, 'its circuit breaker is open');
    if (circuit.state() === 'closed') return 0;
    trials += 1;
    trial = trials;
    return trial;
  }

  /** Calls that began before it opened say nothing of whether it may close. */
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
      // Somebody else has just used it.
      lastUsedAt = performance.now();
      following(() => circuit.openFor(remainingMs), agoMs);
    },
    lastUsedAt: () => lastUsedAt,
    stop: circuit.stop,
  };
}

function nothing(): void {}
