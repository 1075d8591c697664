import Type from 'typebox';

/** Environment variables of a service that uses Redis. */
export const redisVariables = {
  REDIS_URL: Type.String({
    secret: true,
    format: 'url',
    description: 'Redis (6.2 or later, noeviction, AOF) for queue, journal, budgets and messages.',
  }),
  REDIS_PASSWORD: Type.Optional(
    Type.String({ secret: true, description: 'Password of Redis if REDIS_URL contains none.' }),
  ),
  REDIS_KEY_PREFIX: Type.String({
    default: 'vc',
    pattern: '^[a-z0-9_-]{1,40}$',
    description: 'Prefix of every key and channel, so that several deployments can share one Redis.',
  }),
};
