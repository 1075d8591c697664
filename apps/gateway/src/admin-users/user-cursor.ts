import { AppError } from '@valuecanvas/contracts-core';

/** Position of a user in the list of users. */
export interface UserPosition {
  /** Microseconds since the epoch, because PostgreSQL stores them and a Date would round them. */
  readonly createdAtMicros: bigint;
  readonly id: string;
}

const written = /^(\d{1,17})\.([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

export function writeUserCursor({ createdAtMicros, id }: UserPosition): string {
  return Buffer.from(`${createdAtMicros}.${id}`).toString('base64url');
}

/** Parses a cursor. Throws VALIDATION_FAILED if `writeUserCursor` did not write it. */
export function readUserCursor(cursor: string): UserPosition {
  const [, createdAtMicros, id] = written.exec(Buffer.from(cursor, 'base64url').toString()) ?? [];
  if (createdAtMicros && id) return { createdAtMicros: BigInt(createdAtMicros), id };
  throw new AppError('VALIDATION_FAILED', {
    details: [{ path: 'cursor', message: 'must be the nextCursor of an earlier page' }],
  });
}
