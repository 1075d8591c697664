import { glob } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { parseCLI, startVitest, type Vitest } from 'vitest/node';

// Runs vitest over all projects, or over those that are named, and ends with the line "N passed, N failed".

/**
 * Test files wait for servers and timers during a third of their time, so two cores run three files at a time, where vitest
 * alone would run one. Beyond six, the shared servers become the bottleneck. Passed as a flag, because projects ignore the
 * root's configuration.
 */
const maxWorkers = Math.min(Math.max(Math.ceil(availableParallelism() * 1.5), 2), 6);

// Tests start services as processes. With compiled modules, these need about 40 % less CPU time to start.
process.env.NODE_COMPILE_CACHE ??= resolve('.cache/compiled');

const args = process.argv.slice(2);
const { filter, options } = parseCLI(['vitest', 'run', ...args]);
const isPath = (word: string): boolean => /[./]/.test(word);
// Vitest finds a project's folder by its path only without the slash that shells add.
const paths = filter.filter(isPath).map((path) => path.replace(/\/$/, ''));
const named = filter.filter((word) => !isPath(word));
const project = [options.project ?? [], named].flat();
const vitest = await startVitest('test', paths, { maxWorkers, ...options, project }).catch(refuse);
const missed = args.length === 0 ? await filesThatDidNotRun(vitest) : [];
for (const file of missed)
  console.error(`${file} did not run: no project with a vitest.config.ts contains it.`);
const line = totals(vitest, missed.length);
process.exitCode ||= missed.length > 0 ? 1 : 0;
console.log(`\n${line}`);
process.exit();

/** Ends a run that could not begin, for example because a project does not exist. */
function refuse(error: Error): never {
  console.error(error.message);
  console.log('\n0 passed, 1 failed');
  process.exit(1);
}

/** Counts a run. A file that cannot be loaded, and a failure outside all tests, count as one failed test each. */
function totals({ state }: Vitest, missing: number): string {
  const counts = { passed: 0, failed: 0, skipped: 0, pending: 0 };
  for (const module of state.getTestModules()) {
    let failures = 0;
    for (const test of module.children.allTests()) {
      const { state: outcome } = test.result();
      counts[outcome] += 1;
      if (outcome === 'failed') failures += 1;
    }
    if (!module.ok() && failures === 0) counts.failed += 1;
  }
  const failed = counts.failed + state.getUnhandledErrors().length + missing;
  const unexplained = failed === 0 && process.exitCode ? 1 : 0;
  return `${counts.passed} passed, ${failed + unexplained} failed, ${counts.skipped + counts.pending} skipped`;
}

/** Test files of the repository that no project has found. */
async function filesThatDidNotRun({ config, state }: Vitest): Promise<string[]> {
  const ran = new Set(state.getTestModules().map(({ moduleId }) => moduleId));
  const exclude = (name: string): boolean => /(^|\/)(node_modules|\..+)$/.test(name);
  const files = await Array.fromAsync(glob('**/*.test.{ts,mts,js,mjs}', { cwd: config.root, exclude }));
  return files.filter((file) => !ran.has(resolve(config.root, file)));
}
