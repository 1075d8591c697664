import Type from 'typebox';

/** The environment of a service that submits jobs. */
export const producerVariables = {
  QUEUE_NAME: Type.String({
    default: 'llm-processing',
    pattern: '^[a-z0-9-]{1,60}$',
    description: 'Name of the BullMQ queue in Redis.',
  }),
};

/** The environment of a service that submits and runs jobs. */
export const queueVariables = {
  ...producerVariables,
  QUEUE_CONCURRENCY: Type.Integer({
    minimum: 1,
    maximum: 1_000,
    default: 10,
    description: 'Jobs that one process runs at the same time.',
  }),
  QUEUE_RATE_LIMIT: Type.Integer({
    minimum: 1,
    default: 100,
    description: 'Jobs that all processes together start per minute.',
  }),
  QUEUE_LOCK_MS: Type.Integer({
    minimum: 500,
    default: 30_000,
    description:
      'Milliseconds after which another worker takes over the jobs of a crashed or blocked worker.',
  }),
};
