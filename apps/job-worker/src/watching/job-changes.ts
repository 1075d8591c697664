import { type Keys, publish, type Redis, subscribe } from '@valuecanvas/redis';

/** Tells watchers in all processes that a job may have changed. What changed is in its row. */
export interface JobChanges {
  /** Call it after the commit. Never throws: watchers that miss the message learn of the change from `poll`. */
  announce(jobId: string): void;
  /** Calls `onChange` when one of the jobs may have changed. Returns a function that ends this. */
  follow(jobIds: readonly string[], onChange: () => void): () => void;
  /** Finds the changes whose messages were missed. */
  poll(): Promise<void>;
}

/** A text for each job that differs when its status or progress does. */
export type ReadStates = (jobIds: readonly string[]) => Promise<ReadonlyMap<string, string>>;

export function createJobChanges(parts: {
  /** Connection for commands. */
  readonly redis: Redis;
  /** A waiting connection that has no other use. */
  readonly waiting: Redis;
  readonly keys: Keys;
  readonly readStates: ReadStates;
  readonly onError: (error: unknown) => void;
}): JobChanges {
  const { redis, waiting, keys, readStates, onError } = parts;
  const channel = keys('queue', 'changes');
  const followers = new Map<string, Set<() => void>>();
  let known: ReadonlyMap<string, string> = new Map();

  const tell = (jobId: string): void => {
    for (const onChange of followers.get(jobId) ?? []) onChange();
  };

  subscribe(waiting, channel, (jobId) => {
    if (jobId !== undefined) tell(jobId);
  });

  return {
    announce(jobId) {
      publish(redis, channel, jobId).catch(onError);
    },

    follow(jobIds, onChange) {
      for (const jobId of jobIds) followers.set(jobId, (followers.get(jobId) ?? new Set()).add(onChange));
      return () => {
        for (const jobId of jobIds) {
          const others = followers.get(jobId);
          others?.delete(onChange);
          if (others?.size === 0) followers.delete(jobId);
        }
      };
    },

    async poll() {
      if (followers.size === 0) return;
      const before = known;
      known = await readStates([...followers.keys()]);
      // A job that was not known before has a follower that may have read it before the change.
      for (const [jobId, state] of known) if (before.get(jobId) !== state) tell(jobId);
    },
  };
}
