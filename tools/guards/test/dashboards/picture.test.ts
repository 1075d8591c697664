import { expect, test } from 'vitest';
import { dashboardPicture, formatted, seriesName } from '../../src/dashboards/picture.ts';

test.each([
  [0.25, 's', '250 ms'],
  [2, 's', '2 s'],
  [0, 's', '0 s'],
  [0.0123, 'percentunit', '1.23 %'],
  [12.345, 'reqps', '12.3/s'],
  [1.5, 'currencyUSD', '$1.5'],
  [3 * 1024 ** 2, 'bytes', '3 MiB'],
  [Number.NaN, 's', 'none'],
])('%d in the unit %s is %j', (value, unit, written) => {
  expect(formatted(value, unit)).toBe(written);
});

test('a series is named by the format of its query', () => {
  const labels = { __name__: 'up', service: 'canvas', state: 'up' };
  expect(seriesName('Redis, {{service}}', labels)).toBe('Redis, canvas');
  expect(seriesName('__auto', labels)).toBe('canvas, up');
  expect(seriesName('__auto', {})).toBe('value');
});

test('a picture has every panel with its values, escapes texts, and says where data is missing', () => {
  const values = [
    [0, '1'],
    [10, '3'],
  ] as const;
  const series = [{ name: 'a < b', values }];
  const picture = dashboardPicture(
    'Platform',
    [
      { title: 'Lines', type: 'timeseries', unit: 'short', series },
      { title: 'Number', type: 'stat', unit: 's', series },
      { title: 'Empty', type: 'timeseries', unit: 'short', series: [] },
    ],
    { range: { start: 0, end: 10 }, caption: 'From a test.' },
  );
  expect(picture).toContain('points="76.0,100.7 368.0,34.0"');
  expect(picture).toContain('>3 s</text>');
  expect(picture.match(/a &lt; b/g)).toHaveLength(2);
  expect(picture.match(/No data/g)).toHaveLength(1);
  expect(picture).toContain('From a test.');
});
