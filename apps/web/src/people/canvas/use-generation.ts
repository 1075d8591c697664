import { useQueryClient } from '@tanstack/react-query';
import { ApiError } from '@valuecanvas/web-client';
import { useCallback, useEffect, useState } from 'react';
import { type Api, queryOf, useApi } from '../../api.tsx';
import type { Blocks, Canvas } from './blocks.ts';
import { type PendingCanvas, requestOf } from './pending-canvas.ts';

export interface Generation {
  readonly blocks: Partial<Blocks>;
  readonly status: 'running' | 'stopped' | 'failed' | 'done';
  readonly error: Error | undefined;
  /** The new canvas, once it is `done`. */
  readonly canvas: Canvas | undefined;
}

const atStart: Generation = { blocks: {}, status: 'running', error: undefined, canvas: undefined };

/** Pauses before a lost request is sent again. Its key makes the repetition free. */
const repeatMs = [1_000, 2_000, 4_000];

/** Generates a canvas while the page is open. The canvas is put into the cache. */
export function useGeneration(pending: PendingCanvas) {
  const api = useApi();
  const queries = useQueryClient();
  const [generation, setGeneration] = useState(atStart);
  const [run, setRun] = useState<AbortController>();

  const start = useCallback(() => {
    const controller = new AbortController();
    setRun(controller);
    setGeneration(atStart);
    generate(api, pending, controller.signal)
      .then((canvas) => {
        queries.setQueryData(queryOf(api, 'getCanvas', { params: { id: canvas.id } }).queryKey, canvas);
        void queries.invalidateQueries({ queryKey: ['listCanvases'] });
        setGeneration({ ...atStart, blocks: canvas, status: 'done', canvas });
      })
      .catch((error: Error) => {
        if (controller.signal.aborted) return;
        setGeneration((before) => ({ ...before, status: 'failed', error }));
      });
    return controller;
  }, [api, pending, queries]);

  useEffect(() => {
    const controller = start();
    return () => controller.abort();
  }, [start]);

  const stop = () => {
    run?.abort();
    setGeneration((before) => ({ ...before, status: 'stopped' }));
  };
  return { ...generation, stop, retry: start };
}

/** Sends the request, and sends it again with the same key if the answer was lost or is still being written. */
async function generate(api: Api, pending: PendingCanvas, signal: AbortSignal): Promise<Canvas> {
  for (const pauseMs of [...repeatMs, undefined]) {
    try {
      const options = { signal, idempotencyKey: pending.key };
      return (await api.call.generateCanvas(requestOf(pending), options)).canvas;
    } catch (error) {
      if (pauseMs === undefined || !isLost(error)) throw error;
      await pause((error.retryAfter ?? 0) * 1_000 || pauseMs, signal);
    }
  }
  throw new Error('unreachable');
}

function isLost(error: unknown): error is ApiError {
  return (
    error instanceof ApiError && (error.code === 'UNREACHABLE' || error.code === 'IDEMPOTENCY_IN_FLIGHT')
  );
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      reject(signal.reason as Error);
    });
  });
}
