import type { FlagSnapshot } from '@valuecanvas/contracts-feature-flags';
import { type CompiledFlag, compileFlags } from '@valuecanvas/flags-sdk';
import type { FollowedSnapshot } from '@valuecanvas/live-snapshot';

/** Returns the compiled flags by key. Rejects only before any snapshot has been loaded. */
export type CurrentFlags = () => Promise<ReadonlyMap<string, CompiledFlag>>;

/** Compiles each snapshot once. */
export function createCurrentFlags(followed: Pick<FollowedSnapshot<FlagSnapshot>, 'current'>): CurrentFlags {
  let compiled: ReturnType<typeof compileFlags> | undefined;
  let compiledFrom: FlagSnapshot | undefined;
  return async () => {
    const snapshot = await followed.current();
    if (!compiled || compiledFrom !== snapshot) compiled = compileFlags(snapshot.flags);
    compiledFrom = snapshot;
    return compiled;
  };
}
