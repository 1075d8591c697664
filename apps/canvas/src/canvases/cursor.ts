import type { Canvas } from '@valuecanvas/contracts-canvas';
import { AppError } from '@valuecanvas/contracts-core';
import type { CanvasPosition } from './canvas.store.ts';

const pattern = /^(\d{4}-\d{2}-\d{2}T[\d:.]+Z) ([0-9a-f-]{36})$/;

/** Opaque to clients; holds the place of a canvas in the list. */
export function toCursor({ createdAt, id }: Canvas): string {
  return Buffer.from(`${createdAt} ${id}`).toString('base64url');
}

/** Throws VALIDATION_FAILED for anything that `toCursor` did not make. */
export function parseCursor(cursor: string): CanvasPosition {
  const [, createdAt = '', id = ''] = pattern.exec(Buffer.from(cursor, 'base64url').toString()) ?? [];
  if (id === '') {
    const message = 'is not a cursor of this list';
    throw new AppError('VALIDATION_FAILED', { details: [{ path: 'cursor', message }] });
  }
  return { createdAt: new Date(createdAt), id };
}
