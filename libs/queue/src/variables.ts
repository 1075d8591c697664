import Type from 'typebox';

/** The environment of a service that submits jobs or works on them. */
export const queueVariables = {
  QUEUE_NAME: Type.String({
    default: 'llm-processing',
    pattern: '^[a-z0-9-]{1,60}$',
    description: 'Queue in Redis through which jobs reach the workers.',
  }),
  QUEUE_CONCURRENCY: Type.Integer({
    minimum: 1,
    maximum: 1_000,
    default: 10,
    description: 'Jobs that one process works on at the same time.',
  }),
  QUEUE_RATE_LIMIT: Type.Integer({
    minimum: 1,
    default: 100,
    description: 'Jobs that all processes together begin within a minute.',
  }),
  QUEUE_LOCK_MS: Type.Integer({
    minimum: 500,
    default: 30_000,
    description:
      'Milliseconds after which the jobs of a worker that has died, or whose process is stuck, go to another one.',
  }),
};
