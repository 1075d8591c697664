import { openRedis } from '@valuecanvas/redis';
import type { Kit } from '@valuecanvas/service-kit';
import type { JobWorkerConfig } from '../config.ts';
import { createJobChanges, type JobChanges, type ReadStates } from './job-changes.ts';

/** Interval of the search for changes whose messages were missed. */
const pollMs = 2_000;

/** Opens the channel on which the processes tell each other which jobs have changed. */
export function composeWatching(kit: Kit<JobWorkerConfig>, readStates: ReadStates): JobChanges {
  const { redis, keys, waiting } = openRedis('job-worker', kit);
  const changes = createJobChanges({
    redis,
    waiting: waiting('changes'),
    keys,
    readStates,
    onError: (err) => kit.log.warn({ err }, 'jobs: a change was not announced'),
  });
  kit.lifecycle.every('jobs: search for missed changes', pollMs, changes.poll);
  return changes;
}
