import { expect, test } from 'vitest';
import { type CpuProfile, selfTimes } from './cpu-profile.ts';

const node = (id: number, functionName: string) => ({
  id,
  callFrame: { functionName, url: 'file:///a.js', lineNumber: id, columnNumber: 0 },
});

const profile: CpuProfile = {
  nodes: [node(1, 'admit'), node(2, '(idle)'), node(3, 'settle')],
  startTime: 1_000,
  samples: [1, 2, 3, 1, 1],
  timeDeltas: [0, 100, 200, 50, 30],
};

test('a sample represents the time until the next one, and idle time is excluded', () => {
  const times = selfTimes(profile, { from: 0, to: 2_000 });
  expect(times.map(({ frame, micros }) => [frame.functionName, micros])).toEqual([
    ['admit', 130],
    ['settle', 50],
  ]);
});

test('samples outside the window do not count', () => {
  const times = selfTimes(profile, { from: 1_050, to: 1_320 });
  expect(times.map(({ frame }) => frame.functionName)).toEqual(['settle']);
});
