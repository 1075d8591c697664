import { AppError } from '@valuecanvas/contracts-core';
import type { CanvasPosition } from './canvas.store.ts';

const pattern =
  /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z) ([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})$/;

/** Encodes the position of a canvas in the list. The cursor is opaque to clients. */
export function toCursor({ createdAt, id }: CanvasPosition): string {
  return Buffer.from(`${createdAt} ${id}`).toString('base64url');
}

/** Decodes a cursor. Throws VALIDATION_FAILED if `toCursor` did not create it. */
export function parseCursor(cursor: string): CanvasPosition {
  const [, createdAt = '', id = ''] = pattern.exec(Buffer.from(cursor, 'base64url').toString()) ?? [];
  if (!isTime(createdAt)) {
    const message = 'is not a cursor of this list';
    throw new AppError('VALIDATION_FAILED', { details: [{ path: 'cursor', message }] });
  }
  return { createdAt, id };
}

/** Rejects dates that do not exist, which roll over when parsed and then differ from the text. */
function isTime(text: string): boolean {
  const time = new Date(text);
  return !Number.isNaN(time.getTime()) && time.toISOString().slice(0, 19) === text.slice(0, 19);
}
