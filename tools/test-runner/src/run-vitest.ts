import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';

/**
 * Test files wait for servers more than they compute, so two cores take two at a time, where vitest alone would run one;
 * beyond six they only make the servers that they share the bottleneck. Given as a flag, since the projects do not
 * heed the root's configuration.
 */
const workers = Math.min(Math.max(availableParallelism(), 2), 6);

const projectRoot = fileURLToPath(new URL('../../..', import.meta.url));

export interface VitestRun {
  /** Test files to run, as vitest filters them, and vitest's own flags; all where empty. */
  readonly filters: readonly string[];
  readonly environment: NodeJS.ProcessEnv;
  /** Where the machine-readable report goes. */
  readonly reportFile: string;
  /** Aborted when the run is to end. A terminal's Ctrl-C reaches vitest by itself. */
  readonly stop: AbortSignal;
}

/** Runs vitest once over all projects and returns its exit code; 1 where a signal ended it. */
export async function runVitest({ filters, environment, reportFile, stop }: VitestRun): Promise<number> {
  const flags = ['--reporter=default', '--reporter=json', `--outputFile.json=${reportFile}`];
  const vitest = fileURLToPath(new URL('vitest.mjs', import.meta.resolve('vitest/package.json')));
  const child = spawn(process.execPath, [vitest, 'run', ...flags, `--maxWorkers=${workers}`, ...filters], {
    cwd: projectRoot,
    env: environment,
    stdio: 'inherit',
  });
  stop.addEventListener('abort', () => child.kill('SIGTERM'), { once: true });
  const [code] = await once(child, 'exit');
  return code ?? 1;
}
