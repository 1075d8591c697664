import { describe } from './process-identity.ts';
import type { Terminal } from './start-platform.ts';

/**
 * Aborts `stop` at Ctrl-C, SIGTERM, the terminal's closing and npm's end, and `force` at the second of them. Drops lines
 * for a terminal that has closed.
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
  if (self.env.npm_lifecycle_event) whenNpmEnds(self, onSignal);
  return { say, colour: self.stdout.hasColors?.() ?? false, stop: stop.signal, force: force.signal };
}

/** Milliseconds between checks of npm. */
const checkMs = 500;

/**
 * Stops the platform when npm ends. npm does not pass on every signal, and none if it is killed. It runs a script through
 * a shell, which may outlive it: then the shell gets another parent.
 */
function whenNpmEnds(self: NodeJS.Process, stop: () => void): void {
  const lineage = (): string => {
    const parent = describe(self.ppid);
    return [self.ppid, ...(parent?.name.endsWith('sh') ? [parent.parent] : [])].join();
  };
  const first = lineage();
  const timer = setInterval(() => {
    if (lineage() === first) return;
    clearInterval(timer);
    stop();
  }, checkMs);
  timer.unref();
}
