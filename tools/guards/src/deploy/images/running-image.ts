import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import type { Image } from './assemble-image.ts';

/** Of another user than the one that built the image, where this machine lets us be another: nobody. */
const stranger = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};

const patienceMs = 30_000;

/** The command of an image, running. */
export interface RunningImage extends Disposable {
  /** Resolves once the address answers as it should; rejects with what was said last where that never comes. */
  answers(url: string, isGood?: (response: Response) => boolean | Promise<boolean>): Promise<void>;
  /** Waits for the end. Rejects unless that is exit code 0; resolves with what was said. */
  ended(): Promise<string>;
  /** Runs the image's own health check beside it. Rejects unless that finds it healthy. */
  checkHealth(): Promise<void>;
  /** Asks it to stop, and waits for the end. */
  stop(): Promise<string>;
}

/** Starts an image as another user, until it is disposed of, with nothing around it but the variables given and the image's Node. */
export function startImage(
  image: Image,
  { variables, path }: { readonly variables: Readonly<Record<string, string>>; readonly path: string },
): RunningImage {
  const environment = { ...image.environment, ...variables, PATH: path };
  const { child, output, exited } = start(image, image.command, environment);

  const ended = async (): Promise<string> => {
    const timer = setTimeout(() => child.kill('SIGKILL'), patienceMs);
    const code = await exited;
    clearTimeout(timer);
    if (code !== 0) throw new Error(`It ended with ${code}:\n${output()}`);
    return output();
  };

  return {
    ended,
    async answers(url, isGood = ({ ok }) => ok) {
      const until = Date.now() + patienceMs;
      while (!(await asks(url, isGood))) {
        const hasEnded = await Promise.race([exited.then(() => true), wait(50, false)]);
        if (hasEnded || Date.now() > until) {
          throw new Error(`${url} never answered as it should:\n${output()}`);
        }
      }
    },
    async checkHealth() {
      const check = start(image, image.healthcheck ?? [], environment);
      const code = await check.exited;
      if (code !== 0) throw new Error(`Its health check ended with ${code}:\n${check.output()}`);
    },
    stop() {
      child.kill('SIGTERM');
      return ended();
    },
    [Symbol.dispose]: () => void child.kill('SIGKILL'),
  };
}

function start(image: Image, command: readonly string[], environment: Readonly<Record<string, string>>) {
  const [program = '', ...args] = command;
  const child = spawn(program, args, {
    cwd: image.folder,
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
    ...stranger,
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += chunk));
  return { child, output: () => lastLines(said), exited: exitOf(child) };
}

async function exitOf(child: ChildProcess): Promise<number | string> {
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
  return code ?? signal ?? 'nothing';
}

async function asks(
  url: string,
  isGood: (response: Response) => boolean | Promise<boolean>,
): Promise<boolean> {
  try {
    return await isGood(await fetch(url, { signal: AbortSignal.timeout(5_000) }));
  } catch {
    return false;
  }
}

/** A log that repeats itself would hide what happened. */
function lastLines(log: string): string {
  return log
    .trimEnd()
    .split('\n')
    .slice(-20)
    .map((line) => line.slice(0, 500))
    .join('\n');
}
