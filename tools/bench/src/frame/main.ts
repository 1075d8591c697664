import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { openSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { loadCalls } from '../load/load-calls.ts';
import { jsonRequest } from '../load/requests.ts';
import { id } from './route.ts';

/** Measures the cost of the service kit: the same route with the kit and on bare Fastify, alternating, in one run. */
const rounds = Number(process.argv[2] ?? 7);
const durationMs = 3_000;
const connections = 32;

interface Contender {
  readonly name: string;
  readonly child: ChildProcess;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

async function start(name: string): Promise<Contender> {
  const nowhere = openSync('/dev/null', 'w');
  const child = fork(fileURLToPath(new URL(`./${name}.ts`, import.meta.url)), {
    stdio: ['ignore', nowhere, 'inherit', 'ipc'],
  });
  const [{ url, headers }] = (await once(child, 'message')) as [Pick<Contender, 'url' | 'headers'>];
  return { name, child, url, headers };
}

async function cpuOf(child: ChildProcess): Promise<number> {
  child.send('cpu');
  const [microseconds] = (await once(child, 'message')) as [number];
  return microseconds;
}

/** CPU seconds per thousand requests. */
async function measure({ child, url }: Contender, request: Buffer, ms: number): Promise<number> {
  const before = await cpuOf(child);
  const { answered, faults } = await loadCalls({ url, requests: [request], connections, durationMs: ms });
  if (faults.first) throw new Error(faults.first);
  return (await cpuOf(child)) / 1_000 / answered - before / 1_000 / answered;
}

const median = (values: readonly number[]) =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

const bareFastify = await start('bare');
const inFrame = await start('kit');
// Both receive the same bytes, because parsing the kit's headers is part of HTTP, not of the kit.
const request = jsonRequest(`/bench/${id}`, inFrame.headers, {
  name: 'A bakery in Cologne',
  amount: 42,
  tags: ['bread', 'coffee', 'cake'],
});
const contenders = [bareFastify, inFrame];
for (const contender of contenders) await measure(contender, request, durationMs);
const results = new Map(contenders.map(({ name }) => [name, [] as number[]]));
for (let round = 0; round < rounds; round += 1) {
  for (const contender of contenders)
    results.get(contender.name)?.push(await measure(contender, request, durationMs));
}
const bare = results.get('bare') ?? [];
const kit = results.get('kit') ?? [];
const ratios = kit.map((value, round) => value / (bare[round] ?? value));
console.log(`bare Fastify  ${median(bare).toFixed(4)} CPU s per 1,000 requests`);
console.log(`service-kit   ${median(kit).toFixed(4)} CPU s per 1,000 requests`);
console.log(
  `ratio         ${median(ratios).toFixed(2)} (goal: below 1.25; rounds ${ratios.map((r) => r.toFixed(2)).join(' ')})`,
);
for (const { child } of contenders) child.disconnect();
