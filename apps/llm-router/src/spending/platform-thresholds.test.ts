import { ConfigError } from '@valuecanvas/service-kit';
import { expect, test } from 'vitest';
import { readPlatformThresholds } from './platform-thresholds.ts';

const dollarsOf = (json?: string) =>
  readPlatformThresholds(json).map(({ period, level, nanos }) => `${period} ${level} ${Number(nanos) / 1e9}`);

test('thresholds that are not set keep their defaults', () => {
  expect(dollarsOf('{ "hour": { "warning": 0.000000001 }, "month": { "critical": 9000 } }')).toEqual([
    'hour warning 1e-9',
    'hour critical 50',
    'day warning 100',
    'day critical 500',
    'month warning 1000',
    'month critical 9000',
  ]);
});

test.each([
  ['{', /PLATFORM_ALERT_THRESHOLDS is not JSON/],
  ['{ "week": {} }', /PLATFORM_ALERT_THRESHOLDS.week is not known/],
  ['{ "hour": { "warning": -1 } }', /PLATFORM_ALERT_THRESHOLDS.hour.warning must be >= 0/],
  ['{ "day": { "critical": 0.0000000001 } }', /PLATFORM_ALERT_THRESHOLDS.day.critical: /],
])('%s is refused with the fault', (json, fault) => {
  const read = () => readPlatformThresholds(json);
  expect(read).toThrow(ConfigError);
  expect(read).toThrow(fault);
});
