import { type CompiledFlag, compileFlags } from '@valuecanvas/flags-sdk';
import { type Redis, subscribe } from '@valuecanvas/redis';
import type { FlagRulesStore } from '../snapshot/flag-rules.store.ts';
import { toSnapshot } from '../snapshot/flag-snapshot.ts';
import { createRenewal } from './renewal.ts';

/** The flags at one point in time, ready to be evaluated. */
export interface FlagState {
  readonly version: string;
  readonly flags: ReadonlyMap<string, CompiledFlag>;
}

/** The flags as this process knows them. */
export interface CurrentFlags {
  /** The last known state, also while Postgres is away; read first where there is none yet. */
  known(): Promise<FlagState>;
  /** A state that holds everything committed before the call; rejects where Postgres is away. */
  renewed(): Promise<FlagState>;
  stop(): void;
}

/** Reads the flags at once; then after each announced change, after each reconnection of Redis, and every `pollMs`. */
export function createCurrentFlags(options: {
  readonly rules: FlagRulesStore;
  /** A waiting connection used for nothing else. */
  readonly redis: Redis;
  readonly channel: string;
  readonly pollMs: number;
  /** Hears of reads that failed; the last known flags stay. */
  readonly onError: (error: unknown) => void;
}): CurrentFlags {
  let state: FlagState | undefined;
  const renewed = createRenewal(async () => {
    const { version, flags } = toSnapshot(await options.rules.all());
    if (state?.version !== version) state = { version, flags: compileFlags(flags) };
    return state;
  });
  const renew = (): void => void renewed().catch(options.onError);

  subscribe(options.redis, options.channel, (version) => {
    if (version === undefined || version !== state?.version) renew();
  });
  const timer = setInterval(renew, options.pollMs);
  timer.unref();
  renew();

  return { known: async () => state ?? renewed(), renewed, stop: () => clearInterval(timer) };
}
