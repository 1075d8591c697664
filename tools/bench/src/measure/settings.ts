import type { PartName } from './parts.ts';

/** One load setting of a part of the benchmark. */
export interface Setting {
  readonly part: PartName;
  readonly latencyMs: number;
  /** Number of concurrent connections or streams. */
  readonly concurrency: number;
}

/** The default setting of goals. */
export const usual = { latencyMs: 0, concurrency: 64 } as const;

const calls = (latencyMs: number, concurrency: number): Setting => ({
  part: 'calls',
  latencyMs,
  concurrency,
});

const aside: readonly Setting[] = [
  { part: 'hits', ...usual },
  { part: 'edge', ...usual },
  { part: 'streams', latencyMs: 0, concurrency: 50 },
];

export const allSettings: readonly Setting[] = [
  ...[0, 60].flatMap((latencyMs) => [1, 64, 256].map((concurrency) => calls(latencyMs, concurrency))),
  ...aside,
];

/** The settings that the goals need. */
export const quickSettings: readonly Setting[] = [calls(0, 64), calls(60, 64), calls(60, 256), ...aside];

export function nameOf({ part, latencyMs, concurrency }: Setting): string {
  if (part === 'streams') return `${concurrency} streams`;
  return `${latencyMs} ms upstream, concurrency ${concurrency}`;
}
