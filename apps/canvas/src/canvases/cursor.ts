import { AppError } from '@valuecanvas/contracts-core';
import type { CanvasPosition } from './canvas.store.ts';

const pattern =
  /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z) ([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})$/;

/** Opaque to clients; holds the place of a canvas in the list. */
export function toCursor({ createdAt, id }: CanvasPosition): string {
  return Buffer.from(`${createdAt} ${id}`).toString('base64url');
}

/** Throws VALIDATION_FAILED for anything that `toCursor` did not make. */
export function parseCursor(cursor: string): CanvasPosition {
  const [, createdAt = '', id = ''] = pattern.exec(Buffer.from(cursor, 'base64url').toString()) ?? [];
  if (Number.isNaN(Date.parse(createdAt))) {
    const message = 'is not a cursor of this list';
    throw new AppError('VALIDATION_FAILED', { details: [{ path: 'cursor', message }] });
  }
  return { createdAt, id };
}
