import type { Canvas } from '@valuecanvas/contracts-canvas';
import { AppError, type DownstreamKeys, type UserCall } from '@valuecanvas/contracts-core';
import type { Journal } from '@valuecanvas/journal';
import type { BeforeCommit } from '@valuecanvas/postgres';
import { forever, type RetryPolicy, retry } from '@valuecanvas/resilience';
import type { VariantOrigin } from '../canvases/canvas.store.ts';
import type { CanvasContent } from '../canvases/canvas-content.ts';
import type { ReservationStore } from './reservations.store.ts';
import { generatedCanvas, type unstoredCanvas } from './unstored-canvas.ts';

/** A generated canvas and the id under which it was reserved. */
export interface GeneratedCanvas {
  readonly id: string;
  readonly content: CanvasContent;
  readonly variantOf?: VariantOrigin;
}

/**
 * Stores a generated canvas and passes it to `beforeCommit`. While PostgreSQL cannot store it, the canvas is kept in the
 * journal, and storing it is repeated until the call's deadline. Then throws DEPENDENCY_UNAVAILABLE, and the canvas is
 * stored later.
 */
export type KeepCanvas = <T>(
  call: UserCall & DownstreamKeys,
  canvas: GeneratedCanvas,
  beforeCommit: BeforeCommit<Canvas, T>,
) => Promise<T>;

/** Retries a write while PostgreSQL is unavailable, until the call's deadline. */
export const whileUnavailable: RetryPolicy = {
  delaysMs: { [Symbol.iterator]: () => forever(500) },
  isRetryable: isUnavailable,
};

export function createKeepCanvas(dependencies: {
  readonly reservations: Pick<ReservationStore, 'store'>;
  readonly journal: Pick<Journal<typeof unstoredCanvas>, 'record'>;
  /** Receives the error if the journal could not keep a canvas either. */
  readonly onLost: (error: unknown) => void;
}): KeepCanvas {
  const { reservations, journal, onLost } = dependencies;
  return async (call, { id, ...canvas }, beforeCommit) => {
    const store = () => reservations.store(call.principal, id, generatedCanvas(canvas), beforeCommit);
    try {
      return await store();
    } catch (error) {
      if (!isUnavailable(error)) throw error;
    }
    const isKept = await journal.record({ id, userId: call.principal.userId, ...canvas }).then(
      () => true,
      (error: unknown) => {
        onLost(error);
        return false;
      },
    );
    try {
      return await retry(store, whileUnavailable, call);
    } catch (error) {
      throw isKept && isUnavailable(error) ? storedLater(error, call.downstreamKey('') !== undefined) : error;
    }
  };
}

function isUnavailable(error: unknown): boolean {
  return error instanceof AppError && error.code === 'DEPENDENCY_UNAVAILABLE';
}

/** Without an idempotency key, a repetition would generate a second canvas. */
function storedLater(cause: unknown, hasKey: boolean): AppError {
  return new AppError('DEPENDENCY_UNAVAILABLE', {
    message:
      'The canvas was generated but cannot be stored at the moment. It will appear in your list of canvases as soon as it is stored.',
    internal: 'postgres',
    retryHelps: hasKey,
    cause,
  });
}
