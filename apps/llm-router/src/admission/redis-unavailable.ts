import { AppError } from '@valuecanvas/contracts-core';

/** Redis did not answer or cannot serve. The command may or may not have been executed. */
export class RedisUnavailableError extends AppError {
  constructor(cause: unknown) {
    super('DEPENDENCY_UNAVAILABLE', { cause, internal: 'redis (admission)', retryAfterSeconds: 2 });
  }
}

/** Error replies of a Redis that cannot serve now; any other error reply is a defect of this code. */
const cannotServe = /^(LOADING|READONLY|OOM|MISCONF|MASTERDOWN|NOREPLICAS|BUSY|NOAUTH|WRONGPASS) /;

/** Maps a command's error to RedisUnavailableError if it means that Redis is unavailable. */
export function toRedisError(error: unknown): unknown {
  const isReply = error instanceof Error && error.name === 'ReplyError';
  return isReply && !cannotServe.test(error.message) ? error : new RedisUnavailableError(error);
}

/** Returns the command's reply. Rejects with RedisUnavailableError if Redis is unavailable. */
export function orUnavailable<T>(command: Promise<T>): Promise<T> {
  return command.catch((error: unknown) => {
    throw toRedisError(error);
  });
}
