import type { PartName } from './parts.ts';

/** How a part is run. */
export interface Setting {
  readonly part: PartName;
  readonly latencyMs: number;
  /** Connections, or streams, at the same time. */
  readonly concurrency: number;
}

/** The setting that the goals without one of their own are about. */
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

/** Those that the goals need. */
export const quickSettings: readonly Setting[] = [calls(0, 64), calls(60, 64), calls(60, 256), ...aside];

export function nameOf({ part, latencyMs, concurrency }: Setting): string {
  if (part === 'streams') return `${concurrency} streams`;
  return `${latencyMs} ms upstream, concurrency ${concurrency}`;
}
