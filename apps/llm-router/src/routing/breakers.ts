import {
  type Breaker,
  type BreakerChange,
  type BreakerState,
  type CircuitSettings,
  createBreaker,
  defaultCircuitSettings,
  type FollowedState,
} from './breaker.ts';

/** A change of one model's breaker. */
export interface ModelChange extends BreakerChange {
  readonly model: string;
  /** True for the breaker shared by models beyond the limit. */
  readonly isShared: boolean;
}

/** The breakers of one provider, one per model. */
export interface Breakers {
  /** Created on first use; models beyond the limit share one. */
  of(model: string): Breaker;
  /** Returns the breaker of `of` if it exists. */
  known(model: string): Breaker | undefined;
  /** States of all existing breakers. */
  states(): Readonly<Record<string, BreakerState>>;
  /** State of the provider: open if all recently used breakers are, half-open if any is, else closed. */
  state(): BreakerState;
  /** Receives every change, synchronously. */
  onChange(listener: (change: ModelChange) => void): void;
  /** Follows a change of the model's breaker on another replica; the shared breaker does not follow. */
  follow(model: string, state: FollowedState, agoMs: number): void;
  followAll(state: FollowedState, agoMs: number): void;
  /** Closes all breakers and returns the models whose breakers were not closed. */
  closeAll(): readonly string[];
  stop(): void;
}

export interface BreakersOptions {
  readonly provider: string;
  readonly circuit?: CircuitSettings;
  /** Maximum number of breakers; further models share one. */
  readonly maxModels?: number;
}

/** Name of the shared breaker for models beyond the limit. */
const sharedName = 'others';

/** Time without a call after which a model no longer affects its provider's state. */
const recentMs = 5 * 60_000;

export function createBreakers(options: BreakersOptions): Breakers {
  const { provider, circuit = defaultCircuitSettings, maxModels = 64 } = options;
  const ofModels = new Map<string, Breaker>();
  const listeners: ((change: ModelChange) => void)[] = [];
  let shared: Breaker | undefined;

  function make(model: string, isShared: boolean): Breaker {
    return createBreaker({
      provider,
      circuit,
      onChange: (change) => {
        for (const listener of listeners) listener({ ...change, model, isShared });
      },
    });
  }

  function of(model: string): Breaker {
    const known = ofModels.get(model);
    if (known) return known;
    if (ofModels.size >= maxModels) {
      shared ??= make(sharedName, true);
      return shared;
    }
    const breaker = make(model, false);
    ofModels.set(model, breaker);
    return breaker;
  }

  const all = (): [string, Breaker][] => [
    ...ofModels,
    ...(shared ? [[sharedName, shared] as [string, Breaker]] : []),
  ];

  return {
    of,
    known: (model) => ofModels.get(model) ?? (ofModels.size >= maxModels ? shared : undefined),
    states: () => Object.fromEntries(all().map(([model, breaker]) => [model, breaker.state()])),
    state() {
      const since = performance.now() - recentMs;
      return summaryOf(
        all().flatMap(([, breaker]) => (breaker.lastUsedAt() >= since ? [breaker.state()] : [])),
      );
    },
    onChange: (listener) => void listeners.push(listener),
    follow(model, state, agoMs) {
      const breaker = state === 'closed' ? ofModels.get(model) : of(model);
      if (breaker !== shared) breaker?.follow(state, agoMs);
    },
    followAll(state, agoMs) {
      for (const [, breaker] of all()) breaker.follow(state, agoMs);
    },
    closeAll() {
      const troubled = all().filter(([, breaker]) => breaker.state() !== 'closed');
      for (const [, breaker] of all()) breaker.close();
      return troubled.map(([model]) => model);
    },
    stop() {
      for (const [, breaker] of all()) breaker.stop();
    },
  };
}

function summaryOf(states: readonly BreakerState[]): BreakerState {
  if (states.length > 0 && states.every((state) => state === 'open')) return 'open';
  return states.includes('half-open') ? 'half-open' : 'closed';
}
