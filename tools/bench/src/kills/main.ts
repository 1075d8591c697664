import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { seed } from '@valuecanvas/database';
import { projectCache } from '@valuecanvas/local-servers';
import { createStarter } from '../platform/child.ts';
import { ownScript } from '../platform/own-script.ts';
import { startServers } from '../platform/servers.ts';
import { setLatency } from '../platform/start-platform.ts';
import { type Outcome, openGenerationJobs } from './generation-jobs.ts';
import { startWorkerPlatform, type WorkerPlatform } from './service-processes.ts';

// Kills workers while they generate canvases, then checks that each job has completed with exactly one canvas.

/** Longest duration of the kills, and of the remaining jobs after the last kill. */
const longestMs = 15 * 60_000;
const settleMs = 5 * 60_000;

/** A worker lives for up to this long after it is ready. */
const longestLifeMs = 1_500;

/** Long enough that a kill often hits a job while its model answers. */
const latencyMs = 400;

const say = (line: string) => console.error(line);

async function run(kills: number, jobs: number, cleanup: AsyncDisposableStack): Promise<Outcome> {
  const folder = join(projectCache(), 'bench');
  const logs = join(folder, 'logs');
  await mkdir(logs, { recursive: true });
  say('Starting PostgreSQL, Redis and the services …');
  const servers = await startServers(join(folder, 'servers'), cleanup);
  await seed({ url: servers.ownerUrl });
  const start = createStarter(logs, cleanup);
  const provider = await start({ name: 'provider', args: ownScript('servers/provider') });
  await setLatency({ provider }, latencyMs);
  const platform = await startWorkerPlatform(start, servers, provider.url);
  const queue = await openGenerationJobs(servers.ownerUrl, cleanup);
  const endsAt = performance.now() + longestMs;
  for (let kill = 1; kill <= kills && performance.now() < endsAt; kill += 1) {
    await queue.submit(Math.ceil(jobs / kills));
    await killOne(platform);
    if (kill % 10 === 0) say(`${kill} workers killed: ${describe(await queue.outcome())}`);
  }
  await platform.startWorker();
  const settledAt = performance.now() + settleMs;
  while ((await queue.outcome()).unfinished > 0 && performance.now() < settledAt) await wait(500);
  return queue.outcome();
}

async function killOne({ startWorker }: WorkerPlatform): Promise<void> {
  const { process: worker } = await startWorker();
  await wait(Math.random() * longestLifeMs);
  worker.kill('SIGKILL');
}

function describe({ completed, failed, unfinished, canvases, surplus, failedWithCanvas }: Outcome): string {
  return `${completed} jobs completed, ${failed} failed (${failedWithCanvas} of them with a canvas), ${unfinished} unfinished; ${canvases} canvases, ${surplus} jobs with more than one`;
}

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '100' },
    jobs: { type: 'string', default: '300' },
  },
});
const cleanup = new AsyncDisposableStack();
const stop = (): void => void cleanup.disposeAsync().finally(() => process.exit(1));
process.once('SIGINT', stop);
process.once('SIGTERM', stop);
try {
  const outcome = await run(Number(values.kills), Number(values.jobs), cleanup);
  console.log(describe(outcome));
  const isClean = outcome.surplus + outcome.failed + outcome.unfinished === 0;
  if (!isClean || outcome.canvases !== outcome.completed) process.exitCode = 1;
} catch (error) {
  process.exitCode = 1;
  say(error instanceof Error ? error.message : String(error));
} finally {
  await cleanup.disposeAsync();
}
