import { expect, test } from 'vitest';
import { createProviderStatistics } from './provider-client.ts';

test('calls are successes plus failures; fallbacks are among the successes', () => {
  const statistics = createProviderStatistics();
  statistics.succeeded(10, false);
  statistics.succeeded(10, true);
  statistics.failed();
  expect(statistics.figures()).toMatchObject({ calls: 3, failures: 1, fallbacks: 1 });
});

test('half of the calls are faster than the median, and 95 % than the 95th percentile', () => {
  const statistics = createProviderStatistics();
  for (let latency = 100; latency >= 1; latency -= 1) statistics.succeeded(latency, false);
  expect(statistics.figures()).toMatchObject({ latencyP50: 51, latencyP95: 96 });
});

test('only the latest latencies count', () => {
  const statistics = createProviderStatistics();
  for (let call = 0; call < 1_000; call += 1) statistics.succeeded(9_999, false);
  for (let call = 0; call < 512; call += 1) statistics.succeeded(5, false);
  expect(statistics.figures()).toMatchObject({ calls: 1_512, latencyP50: 5, latencyP95: 5 });
});

test('failed calls have no latency', () => {
  const statistics = createProviderStatistics();
  statistics.failed();
  expect(statistics.figures()).toMatchObject({ calls: 1, latencyP50: 0, latencyP95: 0 });
});

test('a stream that breaks off later is a failure, not another call', () => {
  const statistics = createProviderStatistics();
  statistics.succeeded(10, false);
  statistics.failedLater();
  expect(statistics.figures()).toMatchObject({ calls: 1, failures: 1, latencyP50: 10 });
});
