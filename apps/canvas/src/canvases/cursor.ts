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
  if (!isTime(createdAt)) {
    const message = 'is not a cursor of this list';
    throw new AppError('VALIDATION_FAILED', { details: [{ path: 'cursor', message }] });
  }
  return { createdAt, id };
}

/** Days that no month has roll over when they are read: then the time is not the one that was written. */
function isTime(text: string): boolean {
  const time = new Date(text);
  return !Number.isNaN(time.getTime()) && time.toISOString().slice(0, 19) === text.slice(0, 19);
}
