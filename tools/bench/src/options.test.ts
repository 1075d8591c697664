import { expect, test } from 'vitest';
import { contenderNames } from './measure/parts.ts';
import { readOptions } from './options.ts';

test('without options everything is measured, in five rounds of eight seconds', () => {
  const options = readOptions([]);
  expect(options).toMatchObject({ mode: 'compare', rounds: 5, seconds: 8, calls: 1_000_000 });
  expect(options.settings).toHaveLength(9);
  expect(contenderNames.every(options.wanted)).toBe(true);
});

test('selected contenders are still measured beside the direct path and the bare proxy', () => {
  const { wanted } = readOptions(['--only', 'router']);
  expect(contenderNames.filter(wanted)).toEqual(['direct', 'bare', 'router']);
});

test('a quick run measures what the goals need', () => {
  const options = readOptions(['--quick', '--part', 'calls']);
  expect(options).toMatchObject({ rounds: 3, seconds: 2 });
  expect(options.settings.map(({ latencyMs, concurrency }) => [latencyMs, concurrency])).toEqual([
    [0, 64],
    [60, 64],
    [60, 256],
  ]);
});

test.each([
  [['--files'], 'files'],
  [['--soak'], 'soak'],
  [['--profile', 'gateway'], 'profile'],
])('%j selects the mode %s', (args, mode) => {
  expect(readOptions(args).mode).toBe(mode);
});

test.each([
  [['--only', 'nginx'], 'not nginx'],
  [['--part', 'all'], 'not all'],
  [['--rounds', '0'], 'above 0'],
  [['--profile', 'canvas'], 'router, gateway'],
  [['--fast'], '--fast'],
])('%j is refused with a reason', (args, words) => {
  expect(() => readOptions(args)).toThrow(words);
});
