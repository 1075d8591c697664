import Type from 'typebox';

/** The environment of a service that uses Redis. */
export const redisVariables = {
  REDIS_URL: Type.String({
    secret: true,
    format: 'url',
    description: 'Redis (6.2 or later, noeviction, AOF) for queue, journal, budgets and messages.',
  }),
  REDIS_PASSWORD: Type.Optional(
    Type.String({ secret: true, description: 'Password of Redis where REDIS_URL carries none.' }),
  ),
  REDIS_KEY_PREFIX: Type.String({
    default: 'vc',
    pattern: '^[a-z0-9_-]{1,40}$',
    description: 'First part of every key and channel, so that several deployments can share one Redis.',
  }),
};
