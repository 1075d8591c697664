export { requireDiskSpace } from './disk-space.ts';
export { freePort } from './free-port.ts';
export { LocalServerError } from './local-server-error.ts';
export {
  type PlatformOptions,
  type RunningPlatform,
  startPlatform,
} from './platform/start-platform.ts';
export {
  type PostgresMajor,
  type PostgresOptions,
  type RunningPostgres,
  removePostgres,
  startPostgres,
} from './postgres/start-postgres.ts';
export { projectCache } from './project-cache.ts';
export { type RedisOptions, type RunningRedis, removeRedis, startRedis } from './redis/start-redis.ts';
