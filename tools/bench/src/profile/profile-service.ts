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

/** Sampling interval in microseconds. */
const interval = 250;
const warmUpMs = 10_000;

/** The gateway is profiled in front of a stub service. */
const partOf = { router: 'calls', gateway: 'edge' } as const;

/** Runs a service under load with V8's profiler and returns the report. */
export async function profileService(
  { seconds, profiled = 'router' }: Options,
  { say, cleanup }: Surroundings,
): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'valuecanvas-profile-'));
  cleanup.defer(() => rm(folder, { recursive: true, force: true }));
  const flags = [
    '--cpu-prof',
    `--cpu-prof-dir=${folder}`,
    '--cpu-prof-name=service.cpuprofile',
    `--cpu-prof-interval=${interval}`,
  ];
  const platform = await startPlatform({ portkey: false, flags: { [profiled]: flags }, say }, cleanup);
  const contender = contendersOf(partOf[profiled], platform).find(({ name }) => name === profiled);
  const [service] = contender?.own ?? [];
  if (!contender || !service) throw new Error(`The ${profiled} is no contender.`);
  const load = async (durationMs: number) =>
    platform.load.calls({ target: await contender.target(), connections: usual.concurrency, durationMs });

  await load(warmUpMs);
  say(`Profiling the ${profiled} for ${seconds} s …`);
  const from = microseconds();
  const { answered, faults } = await load(seconds * 1_000);
  const to = microseconds();
  if (faults.count > 0) say(`${faults.count} calls failed, the first with ${faults.first}`);
  // V8 writes the profile when the process exits.
  await stop(service.process);
  const profile = JSON.parse(await readFile(join(folder, 'service.cpuprofile'), 'utf8')) as CpuProfile;
  return profileReport(profiled, selfTimes(profile, { from, to }), answered, createSourceLookup());
}

/** Returns the time on the clock of V8's profiles. */
const microseconds = () => Number(process.hrtime.bigint() / 1_000n);
