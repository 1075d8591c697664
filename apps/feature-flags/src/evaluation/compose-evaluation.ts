import { type FlagRule, type FlagSnapshot, flagsChannel } from '@valuecanvas/contracts-feature-flags';
import { type CompiledFlag, compileFlags } from '@valuecanvas/flags-sdk';
import { createSnapshotSource, type FollowedSnapshot, type SnapshotSource } from '@valuecanvas/live-snapshot';
import type { OpenRedis } from '@valuecanvas/redis';
import type { Kit } from '@valuecanvas/service-kit';
import type { FeatureFlagsConfig } from '../config.ts';
import type { FlagsStore } from '../flags/flags.store.ts';

/** Flag of the latest snapshot, with its settings. */
export interface CurrentFlag {
  readonly rule: FlagRule;
  readonly evaluate: CompiledFlag;
}

/** Flags of the latest snapshot, by key. */
export interface FlagSet {
  readonly version: string;
  readonly flags: ReadonlyMap<string, CurrentFlag>;
  readonly compiled: ReadonlyMap<string, CompiledFlag>;
}

/** Returns the compiled flags. Rejects only before any snapshot has been loaded. */
export type CurrentFlags = () => Promise<FlagSet>;

/** The snapshot of all rules, which is published on each change, and the compiled flags of the latest one. */
export function composeEvaluation(
  { config, log, lifecycle }: Kit<FeatureFlagsConfig>,
  store: Pick<FlagsStore, 'snapshot'>,
  { redis, keys, waiting }: OpenRedis,
): { readonly snapshots: SnapshotSource<FlagSnapshot>; readonly current: CurrentFlags } {
  const snapshots = createSnapshotSource({
    load: store.snapshot,
    redis,
    channel: keys(...flagsChannel),
    onError: (err) => log.warn({ err }, 'flag snapshot: refresh or publication failed'),
  });
  const followed = snapshots.follow({ redis: waiting('messages'), pollMs: config.FLAGS_POLL_MS });
  lifecycle.onStop('drain', 'flag snapshot', followed.stop);
  return { snapshots, current: compiledFrom(followed) };
}

/** Compiles each snapshot once. */
function compiledFrom(followed: Pick<FollowedSnapshot<FlagSnapshot>, 'current'>): CurrentFlags {
  let compiled: FlagSet | undefined;
  let latest: FlagSnapshot | undefined;
  return async () => {
    const snapshot = await followed.current();
    if (!compiled || latest !== snapshot) compiled = compileSnapshot(snapshot);
    latest = snapshot;
    return compiled;
  };
}

function compileSnapshot({ version, flags }: FlagSnapshot): FlagSet {
  const compiled = compileFlags(flags);
  const current = flags.flatMap((rule): [string, CurrentFlag][] => {
    const evaluate = compiled.get(rule.key);
    return evaluate ? [[rule.key, { rule, evaluate }]] : [];
  });
  return { version, flags: new Map(current), compiled };
}
