import { AppError } from '@valuecanvas/contracts-core';

/** Redis did not answer or cannot serve: whether the command was carried out is not known. */
export class RedisAwayError extends AppError {
  constructor(cause: unknown) {
    super('DEPENDENCY_UNAVAILABLE', { cause, internal: 'redis (admission)', retryAfterSeconds: 2 });
  }
}

/** Replies with which Redis says that it cannot serve now; any other error reply is a defect of ours. */
const cannotServe = /^(LOADING|READONLY|OOM|MISCONF|MASTERDOWN|NOREPLICAS|BUSY|NOAUTH|WRONGPASS) /;

/** Turns what a command is rejected with into RedisAwayError where that is what it means. */
export function toRedisError(error: unknown): unknown {
  const isReply = error instanceof Error && error.name === 'ReplyError';
  return isReply && !cannotServe.test(error.message) ? error : new RedisAwayError(error);
}

/** The command's answer; rejects with RedisAwayError where Redis is away. */
export function orAway<T>(command: Promise<T>): Promise<T> {
  return command.catch((error: unknown) => {
    throw toRedisError(error);
  });
}
