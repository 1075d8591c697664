export { createRedis, createWaitingRedis, type Redis, type RedisOptions } from './create-redis.ts';
export { createScript, type Script, type ScriptArgument, type ScriptReply } from './create-script.ts';
export { createKeys, type Keys } from './keys.ts';
export { publish, subscribe } from './messages.ts';
export { type OpenRedis, openRedis, type RedisKit } from './open-redis.ts';
export { redisVariables } from './variables.ts';
