import { describe } from './process-identity.ts';
import type { Terminal } from './start-platform.ts';

/**
 * Aborts `stop` on the first of these events, and `force` on the second: Ctrl-C, SIGTERM, the terminal closes, npm ends.
 * Drops output to a closed terminal.
 */
export function listenToTerminal(self: NodeJS.Process): Terminal {
  const stop = new AbortController();
  const force = new AbortController();
  const say = (line: string): void => void self.stdout.write(`${line}\n`);
  for (const stream of [self.stdout, self.stderr]) stream.on('error', () => undefined);

  const onSignal = (): void => {
    if (!stop.signal.aborted) {
      say('\nStopping. Running requests and jobs may finish; press Ctrl-C again to end them.');
      stop.abort();
    } else if (!force.signal.aborted) {
      say('Ending all remaining processes.');
      force.abort();
    }
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) self.on(signal, onSignal);
  if (self.env.npm_lifecycle_event) whenNpmEnds(self, onSignal);
  return { say, colour: self.stdout.hasColors?.() ?? false, stop: stop.signal, force: force.signal };
}

/** Interval at which npm is checked. */
const checkMs = 500;

/**
 * Stops the platform when npm ends. npm does not forward every signal, and no signal at all if it is killed. It runs scripts in a
 * shell. If the shell outlives npm, the shell gets another parent.
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
