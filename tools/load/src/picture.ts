import type { Interval, Result } from './measurements.ts';
import type { Thresholds } from './scenarios.ts';

const width = 900;
const panelHeight = 150;
const margin = { left: 64, right: 24, top: 34, bottom: 26 };

interface Series {
  readonly name: string;
  readonly colour: string;
  readonly value: (interval: Interval) => number;
}

interface Panel {
  readonly title: string;
  readonly series: readonly Series[];
  /** A value that is marked by a dashed line. */
  readonly limit?: number;
  readonly format: (value: number) => string;
}

const asSeconds = (value: number) => `${Number(value.toPrecision(2))} s`;
const asTime = (seconds: number) =>
  `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, '0')}`;
const asPercent = (value: number) => `${Math.round(value * 100)} %`;

/** Draws a run as SVG: users and requests, latency, failures and cache hits over time. */
export function draw(title: string, { intervals }: Result, thresholds: Thresholds): string {
  const panels: Panel[] = [
    {
      title: 'users, and requests per second',
      format: (value) => String(Math.round(value)),
      series: [
        { name: 'users', colour: '#8a94a6', value: ({ users }) => users },
        { name: 'requests/s', colour: '#2563eb', value: ({ requests, seconds }) => requests / seconds },
      ],
    },
    {
      title: 'latency',
      format: asSeconds,
      limit: thresholds.p95Ms / 1_000,
      series: [
        { name: 'p50', colour: '#16a34a', value: ({ p50Ms }) => p50Ms / 1_000 },
        { name: 'p95', colour: '#ea580c', value: ({ p95Ms }) => p95Ms / 1_000 },
        { name: 'p99', colour: '#b91c1c', value: ({ p99Ms }) => p99Ms / 1_000 },
      ],
    },
    {
      title: 'share of failed requests, and of answers from the cache',
      format: asPercent,
      series: [
        { name: 'failed', colour: '#b91c1c', value: ({ failures, requests }) => failures / requests },
        { name: 'from the cache', colour: '#7c3aed', value: ({ cacheHits }) => cacheHits },
      ],
    },
  ];
  const drawn = panels.map((panel, index) => drawPanel(panel, intervals, 40 + index * (panelHeight + 64)));
  const height = 40 + panels.length * (panelHeight + 64);
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif" font-size="12">
<title>${title}</title>
<rect width="${width}" height="${height}" fill="#ffffff"/>
<text x="${margin.left}" y="26" font-size="16" font-weight="600" fill="#111827">${title}</text>
${drawn.join('\n')}
</svg>
`;
}

function drawPanel(
  { title, series, limit, format }: Panel,
  intervals: readonly Interval[],
  top: number,
): string {
  const end = intervals.at(-1)?.at ?? 1;
  const values = intervals
    .flatMap((interval) => series.map(({ value }) => value(interval)))
    .filter(Number.isFinite);
  const most = roundUp(Math.max(...values, limit ?? 0));
  const bottom = top + margin.top + panelHeight;
  const x = (at: number) => (margin.left + (at / end) * (width - margin.left - margin.right)).toFixed(1);
  const y = (value: number) => (bottom - (value / most) * panelHeight).toFixed(1);
  const line = ({ colour, value }: Series) => {
    const points = intervals.filter((interval) => Number.isFinite(value(interval)));
    const path = points.map((interval) => `${x(interval.at)},${y(value(interval))}`).join(' ');
    return `<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="2" stroke-linejoin="round"/>`;
  };
  const grid = [0, 0.5, 1].map((share) => {
    const value = most * share;
    return `<line x1="${margin.left}" x2="${width - margin.right}" y1="${y(value)}" y2="${y(value)}" stroke="#e5e7eb"/>
<text x="${margin.left - 8}" y="${Number(y(value)) + 4}" text-anchor="end" fill="#6b7280">${format(value)}</text>`;
  });
  const times = [0, 0.25, 0.5, 0.75, 1].map(
    (share) =>
      `<text x="${x(end * share)}" y="${bottom + 18}" text-anchor="middle" fill="#6b7280">${asTime(end * share)}</text>`,
  );
  const dashed =
    limit === undefined
      ? ''
      : `<line x1="${margin.left}" x2="${width - margin.right}" y1="${y(limit)}" y2="${y(limit)}" stroke="#111827" stroke-dasharray="5 4"/>`;
  const legend = series.map(
    ({ name, colour }, index) =>
      `<tspan fill="${colour}" font-weight="600"${index === 0 ? ` x="${width - margin.right}"` : ''}>${index > 0 ? '\u00a0\u00a0' : ''}${name}</tspan>`,
  );
  return `<text x="${margin.left}" y="${top + 22}" fill="#111827">${title}</text>
<text y="${top + 22}" text-anchor="end">${legend.join('')}</text>
${[...grid, ...times, dashed, ...series.map(line)].join('\n')}`;
}

/** Returns the next number whose half is round as well, so that the axis has readable labels. */
function roundUp(value: number): number {
  if (value <= 0) return 1;
  const unit = 10 ** Math.floor(Math.log10(value));
  const step = [1, 2, 3, 4, 5, 6, 8, 10].find((each) => each * unit >= value) ?? 10;
  return step * unit;
}
