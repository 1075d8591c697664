import { randomUUID } from 'node:crypto';
import { orUnavailable } from '@valuecanvas/contracts-core';
import { type Keys, publish, type Redis, subscribe } from '@valuecanvas/redis';
import { defaultCircuitSettings } from './breaker.ts';
import type { Breakers, ModelChange } from './breakers.ts';

export interface BreakerOwner {
  readonly provider: { readonly id: string };
  readonly breakers: Breakers;
}

export interface ShareBreakersOptions {
  readonly clients: readonly BreakerOwner[];
  /** Connection for commands. */
  readonly redis: Redis;
  /** A waiting connection that has no other use. */
  readonly waiting: Redis;
  readonly keys: Keys;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Receives errors of publishing and reading; this replica then works alone. */
  readonly onError: (error: unknown) => void;
  /** Time after which an open breaker becomes half-open; older changes are irrelevant. */
  readonly resetMs?: number;
}

/** Shares breaker states between replicas. */
export interface SharedBreakers {
  /** Closes all breakers, here immediately; returns those that were not closed. Rejects if it cannot be published. */
  reset(): Promise<{ readonly provider: string; readonly model: string }[]>;
  /** Returns the changes of the last hour by all replicas, newest first. Throws DEPENDENCY_UNAVAILABLE. */
  history(): Promise<BreakerChange[]>;
}

/** An opened or closed breaker, or a reset of all breakers by an operator. */
export type BreakerChange =
  | {
      readonly what: 'opened' | 'closed';
      readonly provider: string;
      readonly model: string;
      readonly at: number;
    }
  | { readonly what: 'reset'; readonly at: number };

const historyMs = 3_600_000;
const historyLength = 500;

/**
 * Publishes breaker changes to other replicas and follows theirs. The latest change of every breaker is kept in Redis and read
 * at each (re)connection. The changes of the last hour are kept as well, up to a maximum. Followed changes are not published again.
 */
export function shareBreakers(options: ShareBreakersOptions): SharedBreakers {
  const { clients, redis, waiting, keys, now, onError, resetMs = defaultCircuitSettings.resetMs } = options;
  const self = randomUUID();
  const channel = keys('llm', 'breakers', 'news');
  const latest = keys('llm', 'breakers');
  const past = keys('llm', 'breakers', 'history');
  const breakersOf = new Map(clients.map(({ provider, breakers }) => [provider.id, breakers]));

  async function publishChange(change: Pick<BreakerMessage, 'what' | 'provider' | 'model'>): Promise<void> {
    const at = now();
    const message = JSON.stringify({ ...change, by: self, at } satisfies BreakerMessage);
    await Promise.all([
      redis.hset(latest, JSON.stringify([change.provider, change.model]), message),
      redis.pexpire(latest, resetMs),
      redis.zadd(past, at, message),
      redis.zremrangebyscore(past, '-inf', at - historyMs),
      redis.zremrangebyrank(past, 0, -historyLength - 1),
      redis.pexpire(past, historyMs),
      publish(redis, channel, message),
    ]);
  }

  function onChange(provider: string, { model, state, followed, isShared }: ModelChange): void {
    // Other replicas may share a breaker among other models.
    if (followed || isShared || state === 'half-open') return;
    publishChange({ what: state === 'open' ? 'opened' : 'closed', provider, model }).catch(onError);
  }

  function apply({ by, what, provider, model }: BreakerMessage, agoMs: number): void {
    if (by === self) return;
    if (what === 'reset') for (const breakers of breakersOf.values()) breakers.followAll('closed', agoMs);
    else breakersOf.get(provider)?.follow(model, what === 'opened' ? 'open' : 'closed', agoMs);
  }

  async function catchUp(): Promise<void> {
    const kept = Object.values(await redis.hgetall(latest)).flatMap((text) => parseMessage(text) ?? []);
    for (const change of kept.sort((a, b) => a.at - b.at)) apply(change, Math.max(0, now() - change.at));
  }

  for (const { provider, breakers } of clients) breakers.onChange((change) => onChange(provider.id, change));
  subscribe(waiting, channel, (message) => {
    if (message === undefined) return void catchUp().catch(onError);
    const change = parseMessage(message);
    if (change) apply(change, 0);
  });

  return {
    async reset() {
      const closed = clients.flatMap(({ provider, breakers }) =>
        breakers.closeAll().map((model) => ({ provider: provider.id, model })),
      );
      await publishChange({ what: 'reset', provider: '', model: '' });
      return closed;
    },
    async history() {
      const messages = await orUnavailable(
        'redis (breakers)',
        redis.zrevrangebyscore(past, '+inf', now() - historyMs),
      );
      return messages.flatMap((text) => parseMessage(text) ?? []).map(changeOf);
    },
  };
}

/** A breaker change published to other replicas. `reset`: an operator has closed all breakers. */
interface BreakerMessage {
  /** Id of the publishing replica. */
  readonly by: string;
  readonly what: 'opened' | 'closed' | 'reset';
  readonly provider: string;
  readonly model: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

function changeOf({ what, provider, model, at }: BreakerMessage): BreakerChange {
  return what === 'reset' ? { what, at } : { what, provider, model, at };
}

/** Parses a message. Returns undefined for other forms, which another release may publish. */
function parseMessage(text: string): BreakerMessage | undefined {
  try {
    const message = JSON.parse(text) as Partial<Record<keyof BreakerMessage, unknown>> | null;
    return message && isMessage(message) ? message : undefined;
  } catch {
    return undefined;
  }
}

function isMessage(value: Partial<Record<keyof BreakerMessage, unknown>>): value is BreakerMessage {
  const { by, what, provider, model, at } = value;
  const areTexts = [by, provider, model].every((text) => typeof text === 'string');
  return areTexts && Number.isFinite(at) && (what === 'opened' || what === 'closed' || what === 'reset');
}
