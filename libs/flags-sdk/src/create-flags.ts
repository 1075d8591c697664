import { formatEntityTag, type ServiceName } from '@valuecanvas/contracts-core';
import { type featureFlagsContract, flagsChannel } from '@valuecanvas/contracts-feature-flags';
import { type Client, serviceCall } from '@valuecanvas/http-client';
import { createLiveSnapshot } from '@valuecanvas/live-snapshot';
import type { Keys, Redis } from '@valuecanvas/redis';
import { type CompiledFlag, compileFlags, type SharedEvaluation } from './evaluation/compile-flag.ts';
import type { EvaluationContext } from './evaluation/context.ts';

/** Timeout of one fetch of the flags. */
const fetchTimeoutMs = 5_000;

const defaultPollMs = 5_000;

/** The platform's flags, evaluated locally. A change arrives within a second. */
export interface Flags {
  /** Returns true if the flag is on, or `fallback` if the flag is unknown. Never waits and never throws. */
  isEnabled(key: string, context: EvaluationContext, fallback: boolean): boolean;
  /** Evaluates a flag for a context. Returns undefined if the flag is unknown. */
  evaluate(key: string, context: EvaluationContext): SharedEvaluation | undefined;
  /** Resolves with true when the flags are loaded, or with false if they are not within `timeoutMs`. */
  ready(timeoutMs: number): Promise<boolean>;
  stop(): void;
}

export interface FlagsOptions {
  readonly client: Pick<Client<typeof featureFlagsContract>['call'], 'getFlagSnapshot'>;
  /** Dedicated connection for the subscription. The caller closes it. */
  readonly redis: Redis;
  readonly keys: Keys;
  /** Name of the calling service. */
  readonly service: ServiceName;
  /** Called when a fetch fails. The last known flags are kept. */
  readonly onError: (error: unknown) => void;
  /** Polling interval if no message arrives from Redis. Defaults to 5,000 ms. */
  readonly pollMs?: number;
}

interface CompiledSnapshot {
  readonly version: string;
  readonly flags: ReadonlyMap<string, CompiledFlag>;
}

/** Starts to fetch the flags at once. While the flag service or Redis is unavailable, the last known ones are used. */
export function createFlags(options: FlagsOptions): Flags {
  const snapshot = createLiveSnapshot<CompiledSnapshot>({
    fetch: (knownVersion) => fetchFlags(options, knownVersion),
    redis: options.redis,
    channel: options.keys(...flagsChannel),
    pollMs: options.pollMs ?? defaultPollMs,
    onError: options.onError,
  });
  const evaluate: Flags['evaluate'] = (key, context) => snapshot.current()?.flags.get(key)?.(context);
  return {
    evaluate,
    isEnabled: (key, context, fallback) => evaluate(key, context)?.enabled ?? fallback,
    ready: async (timeoutMs) => (await snapshot.first(timeoutMs)) !== undefined,
    stop: snapshot.stop,
  };
}

async function fetchFlags(
  { client, service }: FlagsOptions,
  knownVersion: string | undefined,
): Promise<CompiledSnapshot | undefined> {
  const snapshot = await client.getFlagSnapshot(
    knownVersion === undefined ? {} : { headers: { 'if-none-match': formatEntityTag(knownVersion) } },
    serviceCall({ service, operation: 'flags.getSnapshot', timeoutMs: fetchTimeoutMs }),
  );
  return snapshot && { version: snapshot.version, flags: compileFlags(snapshot.flags) };
}
