import type { Terminal } from './start-platform.ts';

/**
 * Ctrl-C, SIGTERM or the terminal's closing ask for a stop; asked again, it becomes one that waits for nothing. Lines
 * for a terminal that is gone are dropped.
 */
export function listenToTerminal(self: NodeJS.Process): Terminal {
  const stop = new AbortController();
  const force = new AbortController();
  const say = (line: string): void => void self.stdout.write(`${line}\n`);
  for (const stream of [self.stdout, self.stderr]) stream.on('error', () => undefined);

  const onSignal = (): void => {
    if (!stop.signal.aborted) {
      say('\nStopping: running requests and jobs may finish (Ctrl-C again ends them).');
      stop.abort();
    } else if (!force.signal.aborted) {
      say('Ending what still runs.');
      force.abort();
    }
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) self.on(signal, onSignal);
  if (self.env.npm_lifecycle_event) whenOrphaned(self, onSignal);
  return { say, stop: stop.signal, force: force.signal };
}

/** Milliseconds between looks for the parent. */
const lookMs = 500;

/** npm keeps a SIGTERM to itself and ends: whoever stops `npm start` by its process id means the platform. */
function whenOrphaned(self: NodeJS.Process, stop: () => void): void {
  const parent = self.ppid;
  const timer = setInterval(() => {
    if (self.ppid === parent) return;
    clearInterval(timer);
    stop();
  }, lookMs);
  timer.unref();
}
