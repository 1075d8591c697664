import fc from 'fast-check';
import { Histogram, Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { createCounter, createGauge, createHistogram } from './series.ts';

const described = { name: 'size_bytes', help: 'Sizes.' };
const bounds = [1, 4, 16];

test('a histogram is exposed exactly as one of prom-client, for any observations', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.constantFrom('a', 'b'), fc.integer({ min: 0, max: 40 }))),
      async (values) => {
        const [ours, theirs] = [new Registry(), new Registry()];
        const histogram = createHistogram(ours, { ...described, bounds });
        const series = { a: histogram({ kind: 'a' }), b: histogram({ kind: 'b' }) };
        const model = new Histogram({
          ...described,
          labelNames: ['kind'],
          buckets: bounds,
          registers: [theirs],
        });
        for (const kind of ['a', 'b']) model.zero({ kind });
        for (const [kind, value] of values) {
          series[kind as 'a' | 'b'].observe(value);
          model.observe({ kind }, value);
        }
        const lines = async (registry: Registry) =>
          (await registry.metrics())
            .trim()
            .split('\n')
            .map((line) =>
              line.replace(/\{(.*)\}/, (_, labels: string) => `{${labels.split(',').sort().join()}}`),
            );
        expect(await lines(ours)).toEqual(await lines(theirs));
      },
    ),
    { numRuns: 50 },
  );
});

test('a counter adds up and carries the labels of its registry and its own', async () => {
  const registry = new Registry();
  registry.setDefaultLabels({ service: 'router' });
  const counter = createCounter(registry, { name: 'cost_dollars_total', help: 'Cost.' });
  const total = counter({ provider: 'a' });
  total.add(0.25);
  total.add(0.5);
  expect(await registry.metrics()).toContain('cost_dollars_total{provider="a",service="router"} 0.75');
});

test('a gauge is read when metrics are collected', async () => {
  const registry = new Registry();
  let value = 1;
  createGauge(registry, { name: 'level', help: 'Level.' }, async () => [{ labels: {}, value }]);
  expect(await registry.metrics()).toContain('\nlevel 1');
  value = 2;
  expect(await registry.metrics()).toContain('\nlevel 2');
});
