import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Surroundings } from '../compare.ts';
import { contendersOf } from '../measure/parts.ts';
import { usual } from '../measure/settings.ts';
import type { Options } from '../options.ts';
import { stop } from '../platform/child.ts';
import { startPlatform } from '../platform/start-platform.ts';
import { type CpuProfile, selfTimes } from './cpu-profile.ts';
import { createSourceLookup } from './origin.ts';
import { profileReport } from './profile-report.ts';

/** Microseconds between two samples. */
const interval = 250;
const warmUpMs = 3_000;

/** Runs the router under load with V8's profiler on; returns the report. */
export async function profileRouter({ seconds }: Options, { say, cleanup }: Surroundings): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'valuecanvas-profile-'));
  cleanup.defer(() => rm(folder, { recursive: true, force: true }));
  const routerFlags = [
    '--cpu-prof',
    `--cpu-prof-dir=${folder}`,
    '--cpu-prof-name=router.cpuprofile',
    `--cpu-prof-interval=${interval}`,
  ];
  const platform = await startPlatform({ portkey: false, routerFlags, say }, cleanup);
  const router = contendersOf('calls', platform).find(({ name }) => name === 'router');
  if (!router) throw new Error('The router is no contender.');
  const load = async (durationMs: number) =>
    platform.load.calls({ target: await router.target(), connections: usual.concurrency, durationMs });

  await load(warmUpMs);
  say(`Profiling the router for ${seconds} s …`);
  const from = microseconds();
  const { answered, faults } = await load(seconds * 1_000);
  const to = microseconds();
  if (faults.count > 0) say(`${faults.count} calls failed, the first with ${faults.first}`);
  // The profile is written when the process ends.
  await stop(platform.router.process);
  const profile = JSON.parse(await readFile(join(folder, 'router.cpuprofile'), 'utf8')) as CpuProfile;
  return profileReport(selfTimes(profile, { from, to }), answered, createSourceLookup());
}

/** On the clock that V8 stamps its profiles with. */
const microseconds = () => Number(process.hrtime.bigint() / 1_000n);
