import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { temporaryFolder } from '../test/temporary-folder.ts';
import { type Program, startChild } from './child-run.ts';
import { stopChild } from './stop-child.ts';
import { type CrashReport, supervise } from './supervise.ts';
import { untilReady } from './until-ready.ts';

const never = new AbortController().signal;

async function program(script: string): Promise<Program> {
  return {
    name: 'canvas',
    folder: process.cwd(),
    args: ['--input-type=module', '--eval', script],
    environment: {},
    readyUrl: 'http://127.0.0.1:1/health/ready',
    overlaps: false,
    logFile: join(await temporaryFolder(), 'canvas.log'),
  };
}

const run = (of: Program) => {
  const child = startChild(of);
  onTestFinished(() => child.signal('SIGKILL'));
  return child;
};

/** Supervises a program until it stays stopped, and returns all reports. */
async function reportsUntilGivenUp(of: Program): Promise<CrashReport[]> {
  const reports: CrashReport[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  supervise(run(of), {
    again: () => run(of),
    pauseMs: 1,
    report(crash) {
      reports.push(crash);
      if (crash.givenUp) resolve();
    },
  });
  await promise;
  return reports;
}

test('a program that ends unexpectedly is restarted, and stays stopped after three ends within a minute', async () => {
  const crashing = await program('console.log("a life"); process.exit(3)');
  expect(await reportsUntilGivenUp(crashing)).toEqual([
    { how: 'exit code 3', givenUp: false },
    { how: 'exit code 3', givenUp: false },
    { how: 'exit code 3', givenUp: true },
  ]);
  expect(await readFile(crashing.logFile, 'utf8')).toBe('a life\n'.repeat(3));
});

test('a program that cannot be restarted stays stopped', async () => {
  const { promise, resolve } = Promise.withResolvers<CrashReport>();
  const again = () => {
    throw new Error('the logs are gone');
  };
  const report = (crash: CrashReport) => crash.givenUp && resolve(crash);
  supervise(run(await program('process.exit()')), { again, report, pauseMs: 1 });
  expect((await promise).how).toContain('the logs are gone');
});

test('a released program is not restarted', async () => {
  const reports: CrashReport[] = [];
  const child = run(await program('setInterval(() => {}, 60_000)'));
  const again = () => {
    throw new Error('started again');
  };
  const { release } = supervise(child, { again, report: (crash) => reports.push(crash), pauseMs: 1 });
  release();
  await stopChild(child, never);
  expect(reports).toEqual([]);
});

test('a program that ends before it is ready is reported with the end of its log', async () => {
  const failing = await program('console.error("REDIS_URL is required"); process.exit(1)');
  await expect(untilReady(failing, run(failing), never)).rejects.toThrow(
    /^canvas ended \(exit code 1\).*REDIS_URL is required.*canvas\.log/s,
  );
});

test('waiting for a program that never becomes ready ends', async () => {
  const silent = await program('setInterval(() => {}, 60_000)');
  await expect(untilReady(silent, run(silent), never, 300)).rejects.toThrow('was not ready after 0.3 s');
});

test('a stopped program may finish its work', async () => {
  const script =
    'process.on("SIGTERM", () => setTimeout(() => { console.log("finished"); process.exit() }, 100)); console.log("up"); setInterval(() => {}, 60_000)';
  const draining = await program(script);
  const child = run(draining);
  await expect.poll(() => readFile(draining.logFile, 'utf8')).toBe('up\n');
  await stopChild(child, never);
  expect(await readFile(draining.logFile, 'utf8')).toBe('up\nfinished\n');
});

test('force ends a program that does not finish', async () => {
  const stubborn = await program(
    'process.on("SIGTERM", () => {}); console.log("up"); setInterval(() => {}, 60_000)',
  );
  const child = run(stubborn);
  await expect.poll(() => readFile(stubborn.logFile, 'utf8')).toBe('up\n');
  const force = new AbortController();
  const stopped = stopChild(child, force.signal);
  force.abort();
  await stopped;
  expect(await child.exited).toBe('SIGKILL');
});
