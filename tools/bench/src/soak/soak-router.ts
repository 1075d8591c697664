import type { Surroundings } from '../compare.ts';
import { contendersOf } from '../measure/parts.ts';
import { usual } from '../measure/settings.ts';
import type { Options } from '../options.ts';
import { type Platform, startPlatform } from '../platform/start-platform.ts';
import { usageOf } from '../platform/usage.ts';
import { count, megabytes } from '../report/figures.ts';
import { growthOf } from './growth.ts';

/** Interval for renewing tokens and reading the memory. */
const sliceMs = 20_000;
const lookMs = 500;
/** Longest duration of a soak. */
const longestMs = 45 * 60_000;

/** Sends many calls through the router and returns true if its memory stayed flat. */
export async function soakRouter({ calls }: Options, { say, cleanup }: Surroundings): Promise<string> {
  const platform = await startPlatform({ portkey: false, say }, cleanup);
  const sizes: number[] = [];
  const look = setInterval(() => sizes.push(usageOf(platform.router.pid).residentBytes), lookMs);
  cleanup.defer(async () => clearInterval(look));
  const endsAt = performance.now() + longestMs;
  let answered = 0;
  let failed = 0;
  for await (const slice of slices(platform)) {
    answered += slice.answered;
    failed += slice.faults.count;
    const wrong = failed > 0 ? `, ${failed} failed, the first of these: ${slice.faults.first}` : '';
    say(`${count(answered)} calls, router ${megabytes(sizes.at(-1) ?? 0)}${wrong}`);
    if (slice.answered === 0) throw new Error('The router no longer answers.');
    if (answered >= calls || performance.now() > endsAt) break;
  }
  clearInterval(look);
  return report(sizes, answered, failed);
}

async function* slices(platform: Platform) {
  const router = contendersOf('calls', platform).find(({ name }) => name === 'router');
  if (!router) throw new Error('The router is no contender.');
  for (;;) {
    yield await platform.load.calls({
      target: await router.target(),
      connections: usual.concurrency,
      durationMs: sliceMs,
    });
  }
}

function report(sizes: readonly number[], answered: number, failed: number): string {
  const { factor, flat } = growthOf(sizes);
  const tenths = Array.from(
    { length: 11 },
    (_, tenth) => sizes[Math.round(((sizes.length - 1) * tenth) / 10)],
  );
  return [
    `## Memory of the router over ${count(answered)} calls (${count(failed)} failed)`,
    `At each tenth: ${tenths.map((bytes) => megabytes(bytes ?? Number.NaN)).join(', ')}`,
    `At most: ${megabytes(Math.max(...sizes))} (goal: below 150 MB)`,
    `Last fifth over the second: ${factor.toFixed(2)} (${flat ? 'flat' : 'it grows'}; goal: flat)`,
  ].join('\n');
}
