import { formatEntityTag, type ServiceName } from '@valuecanvas/contracts-core';
import { type featureFlagsContract, flagsChannel } from '@valuecanvas/contracts-feature-flags';
import { type Client, serviceCall } from '@valuecanvas/http-client';
import { createLiveSnapshot } from '@valuecanvas/live-snapshot';
import type { Keys, Redis } from '@valuecanvas/redis';
import { type CompiledFlag, compileFlags, type SharedEvaluation } from './evaluation/compile-flag.ts';
import type { EvaluationContext } from './evaluation/context.ts';

/** Milliseconds that one fetch of the flags may take. */
const fetchTimeoutMs = 5_000;

const defaultPollMs = 5_000;

/** The platform's flags, evaluated in this process; a change arrives within a second. */
export interface Flags {
  /** Whether a feature is on; `fallback` where nothing is known of the flag. Never waits, never throws. */
  isEnabled(key: string, context: EvaluationContext, fallback: boolean): boolean;
  /** What a flag means for a context; undefined where nothing is known of it. */
  evaluate(key: string, context: EvaluationContext): SharedEvaluation | undefined;
  /** Resolves with true once the flags are known, or with false where they are not within `timeoutMs`. */
  ready(timeoutMs: number): Promise<boolean>;
  stop(): void;
}

export interface FlagsOptions {
  readonly client: Pick<Client<typeof featureFlagsContract>['call'], 'getFlagSnapshot'>;
  /** A waiting connection used for nothing else; it stays the caller's to close. */
  readonly redis: Redis;
  readonly keys: Keys;
  /** The service that asks. */
  readonly service: ServiceName;
  /** Hears of failed fetches; the last known flags stay. */
  readonly onError: (error: unknown) => void;
  /** Milliseconds between fetches where Redis announces nothing; 5,000 where absent. */
  readonly pollMs?: number;
}

interface CompiledSnapshot {
  readonly version: string;
  readonly flags: ReadonlyMap<string, CompiledFlag>;
}

/** Starts to fetch the flags at once. While the flag service or Redis is away, the last known ones stay in force. */
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
