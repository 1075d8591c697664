import { type ChildProcess, fork } from 'node:child_process';
import { AppError } from '@valuecanvas/contracts-core';
import { createSemaphore, QueueFullError, TimeoutError, withTimeout } from '@valuecanvas/resilience';
import type { Kit } from '@valuecanvas/service-kit';
import type { Drawing, DrawnFile } from './drawing.ts';

export interface RendererBounds {
  /** Time for the start of the process, which loads the fonts, after which it is killed. */
  readonly startTimeoutMs: number;
  /**
   * Time for one file, after which the process is killed. On an idle core, the largest canvas takes 9 s as a PDF in Japanese or
   * Thai, 5 s in other scripts, and 3 s as an SVG or PNG.
   */
  readonly timeoutMs: number;
  /** Files after which the process is replaced, because its memory grows with every file. */
  readonly filesPerProcess: number;
  /** Memory of the process after a file beyond which it is replaced. The largest canvas needs 450 MB more. */
  readonly maxResidentBytes: number;
  /** Requests that may wait for the process. */
  readonly maxQueued: number;
  /** Idle time after which the process ends. */
  readonly idleMs: number;
}

const defaultBounds: RendererBounds = {
  startTimeoutMs: 30_000,
  timeoutMs: 30_000,
  filesPerProcess: 100,
  maxResidentBytes: 300_000_000,
  maxQueued: 8,
  idleMs: 60_000,
};

/** Seconds after which a client may ask again. */
const retryAfterSeconds = 5;

/** Limit of the process's own heap in megabytes. The template and the images are outside it. */
const maxHeapMb = 128;

/** A running process. It is ready once it has loaded the fonts. */
interface DrawingProcess {
  readonly child: ChildProcess;
  readonly ready: Promise<unknown>;
  files: number;
}

export interface Renderer {
  /** Draws a file. Throws OVERLOADED if too many wait, or if the file or the start of the process takes too long. */
  draw(drawing: Drawing): Promise<Uint8Array>;
  /** Returns the id of the running process. */
  pid(): number | undefined;
}

/** Draws SVG, PNG and PDF files in a process of its own, one at a time. The process starts with the first file. */
export function createRenderer(
  { log, lifecycle }: Pick<Kit, 'log' | 'lifecycle'>,
  bounds: Partial<RendererBounds> = {},
): Renderer {
  const { startTimeoutMs, timeoutMs, filesPerProcess, maxResidentBytes, maxQueued, idleMs } = {
    ...defaultBounds,
    ...bounds,
  };
  const turns = createSemaphore({ concurrency: 1, maxQueued });
  let running: DrawingProcess | undefined;
  let idle: NodeJS.Timeout | undefined;

  function stop(): void {
    clearTimeout(idle);
    running?.child.kill('SIGKILL');
    running = undefined;
  }

  function current(): DrawingProcess {
    if (running) return running;
    // Without the service's environment and flags: the process has no secrets, and is not traced.
    const child = fork(new URL('./draw.process.ts', import.meta.url), {
      env: {},
      execArgv: [`--max-old-space-size=${maxHeapMb}`],
      serialization: 'advanced',
    });
    const ready = withTimeout((signal) => nextMessage(child, signal), startTimeoutMs);
    const started = { child, ready, files: 0 };
    child.once('exit', (code, signal) => {
      if (running !== started) return;
      running = undefined;
      log.error({ code, signal }, 'exports: drawing process ended');
    });
    running = started;
    return started;
  }

  async function drawNow(drawing: Drawing): Promise<DrawnFile> {
    clearTimeout(idle);
    const process = current();
    try {
      await process.ready;
      const file = await withTimeout((signal) => ask(process.child, drawing, signal), timeoutMs);
      process.files += 1;
      if (process.files >= filesPerProcess || file.residentBytes > maxResidentBytes) stop();
      return file;
    } catch (error) {
      stop();
      throw error;
    } finally {
      idle = setTimeout(stop, idleMs).unref();
    }
  }

  lifecycle.onStop('close', 'drawing process', stop);

  return {
    pid: () => running?.child.pid,
    async draw(drawing) {
      try {
        const { content, nonConforming } = await turns.run(() => drawNow(drawing));
        if (nonConforming !== undefined)
          log.warn({ reason: nonConforming }, 'exports: PDF does not conform to PDF/UA-1');
        return content;
      } catch (error) {
        if (error instanceof QueueFullError) throw new AppError('OVERLOADED', { retryAfterSeconds });
        if (error instanceof TimeoutError) {
          log.warn({ format: drawing.format, err: error }, 'exports: drawing timed out');
          const message = 'The file could not be drawn in time. Export the canvas as Markdown, or try again.';
          throw new AppError('OVERLOADED', { message, retryAfterSeconds });
        }
        throw error;
      }
    },
  };
}

/** Sends a drawing and returns the file. Throws if the process fails or ends. */
async function ask(child: ChildProcess, drawing: Drawing, signal: AbortSignal): Promise<DrawnFile> {
  const message = nextMessage(child, signal);
  // If the process ends before it receives the drawing, its end is the error.
  child.send(drawing, () => undefined);
  const answer = (await message) as DrawnFile | { readonly error: string };
  if ('error' in answer) throw new Error(`The drawing process failed: ${answer.error}`);
  return answer;
}

/** Resolves with the next message of a process. Rejects if the process ends. Stops listening when the signal is aborted. */
function nextMessage(child: ChildProcess, signal: AbortSignal): Promise<unknown> {
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  const onExit = (): void => reject(new Error('The drawing process ended before it answered.'));
  const release = (): void => {
    child.off('message', resolve);
    child.off('exit', onExit);
    child.off('error', reject);
  };
  child.once('message', resolve);
  child.once('exit', onExit);
  child.once('error', reject);
  signal.addEventListener('abort', release);
  return promise.finally(release);
}
