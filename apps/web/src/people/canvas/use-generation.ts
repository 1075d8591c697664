import { useQueryClient } from '@tanstack/react-query';
import { ApiError, type EventOf, type ResultOf } from '@valuecanvas/web-client';
import { useCallback, useEffect, useState } from 'react';
import { queryOf, useApi } from '../../api.tsx';
import { type AnswerFacts, answerKey } from './answer.ts';
import type { Blocks, Canvas, Section } from './blocks.ts';

/** Requests a canvas. All calls send the same request with the same idempotency key. */
export type OpenStream = (signal: AbortSignal) => AsyncIterable<EventOf<'generateCanvas'>>;

export interface Generation {
  /** Title that the model has given to the canvas. */
  readonly title: string | undefined;
  readonly blocks: Partial<Blocks>;
  readonly status: 'running' | 'stopped' | 'failed' | 'done';
  readonly error: Error | undefined;
  /** The new canvas, once it is `done`. */
  readonly canvas: Canvas | undefined;
}

const atStart: Generation = {
  title: undefined,
  blocks: {},
  status: 'running',
  error: undefined,
  canvas: undefined,
};

/** Pauses before a lost request is sent again. Its key makes the repetition free. */
const repeatMs = [1_000, 2_000, 4_000];

/**
 * Generates a canvas while the page is open, and shows its title and each block as soon as the model has completed them. The
 * canvas is put into the cache.
 */
export function useGeneration(openStream: OpenStream) {
  const api = useApi();
  const queries = useQueryClient();
  const [generation, setGeneration] = useState(atStart);
  const [run, setRun] = useState<AbortController>();

  const start = useCallback(() => {
    const controller = new AbortController();
    setRun(controller);
    setGeneration(atStart);
    const show = {
      title: (title: string) => setGeneration((before) => ({ ...before, title })),
      block: (section: Section, items: readonly string[]) =>
        setGeneration((before) => ({ ...before, blocks: { ...before.blocks, [section]: items } })),
    };
    generate(openStream, controller.signal, show)
      .then(({ canvas, ...facts }) => {
        queries.setQueryData<AnswerFacts>(answerKey(canvas.id), facts);
        queries.setQueryData(queryOf(api, 'getCanvas', { params: { id: canvas.id } }).queryKey, canvas);
        void queries.invalidateQueries({ queryKey: ['listCanvases'] });
        setGeneration({ ...atStart, title: canvas.title, blocks: canvas, status: 'done', canvas });
      })
      .catch((error: Error) => {
        if (controller.signal.aborted) return;
        setGeneration((before) => ({ ...before, status: 'failed', error }));
      });
    return controller;
  }, [api, openStream, queries]);

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

/** Reads the stream, and sends the request again with the same key if the answer was lost or is still being written. */
async function generate(
  openStream: OpenStream,
  signal: AbortSignal,
  show: {
    readonly title: (title: string) => void;
    readonly block: (section: Section, items: readonly string[]) => void;
  },
): Promise<ResultOf<'generateCanvas'>> {
  for (const pauseMs of [...repeatMs, undefined]) {
    try {
      for await (const { event, data } of openStream(signal)) {
        if (event === 'done') return data;
        if (event === 'title') show.title(data.title);
        else show.block(data.section, data.items);
      }
    } catch (error) {
      if (pauseMs === undefined || !isLost(error)) throw error;
      await pause((error.retryAfter ?? 0) * 1_000 || pauseMs, signal);
    }
  }
  throw new Error('The stream has neither a result nor an error.');
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
