import type { Series } from '../alerts/start-monitoring.ts';

/** A panel of a dashboard, as its file describes it, with the answers to its queries. */
export interface DrawnPanel {
  readonly title: string;
  readonly type: string;
  readonly unit: string;
  readonly series: readonly { readonly name: string; readonly values: Series['values'] }[];
}

interface Range {
  readonly start: number;
  readonly end: number;
}

const [columns, panelWidth, panelHeight, gap] = [3, 380, 220, 12];
const palette = ['#2f6f4f', '#b4532a', '#3a6ea5', '#8a6d1f', '#7a4a8c', '#4d7f86', '#a33a4b', '#5b6472'];
const maxNames = 5;

/** Draws the panels of a dashboard as SVG, three in a row. `caption` says where the data comes from. */
export function dashboardPicture(
  title: string,
  panels: readonly DrawnPanel[],
  { range, caption }: { readonly range: Range; readonly caption: string },
): string {
  const width = columns * (panelWidth + gap) + gap;
  const height = 76 + Math.ceil(panels.length / columns) * (panelHeight + gap);
  const drawn = panels.map((panel, index) => {
    const x = gap + (index % columns) * (panelWidth + gap);
    const y = 52 + Math.floor(index / columns) * (panelHeight + gap);
    return `<g transform="translate(${x} ${y})">${panelOf(panel, range)}</g>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="DejaVu Sans, Arial, sans-serif" font-size="11">
<title>${escaped(title)}</title>
<rect width="100%" height="100%" fill="#f4f5f6"/>
${text(gap, 32, title, 'font-size="18" font-weight="bold"')}
${drawn.join('\n')}
${text(gap, height - 10, caption, 'fill="#555"')}
</svg>
`;
}

function panelOf(panel: DrawnPanel, range: Range): string {
  const frame = `<rect width="${panelWidth}" height="${panelHeight}" rx="4" fill="#fff" stroke="#d5d8dc"/>`;
  const heading = text(12, 20, panel.title, 'font-size="12" font-weight="bold"');
  return `${frame}${heading}${contentOf(panel, range)}`;
}

function contentOf(panel: DrawnPanel, range: Range): string {
  if (panel.series.length === 0)
    return text(panelWidth / 2, 110, 'No data', 'text-anchor="middle" fill="#888"');
  if (panel.type === 'stat' || panel.type === 'table') return rowsOf(panel);
  return chartOf(panel, range);
}

/** The newest values, with their names. */
function rowsOf({ series, unit }: DrawnPanel): string {
  const rows = series.slice(0, 9).map(({ name, values }, index) => {
    const y = 48 + index * 19;
    const value = formatted(Number(values.at(-1)?.[1]), unit);
    return `${text(12, y, name)}${text(panelWidth - 12, y, value, 'text-anchor="end" font-weight="bold"')}`;
  });
  return rows.join('');
}

function chartOf({ series, unit }: DrawnPanel, { start, end }: Range): string {
  const [left, right, top, bottom] = [76, panelWidth - 12, 34, 134];
  const points = series.flatMap(({ values }) =>
    values.map(([, value]) => Number(value)).filter(Number.isFinite),
  );
  const highest = Math.max(...points, 0) || 1;
  const xOf = (time: number) => left + ((time - start) / Math.max(1, end - start)) * (right - left);
  const yOf = (value: number) => bottom - (value / highest) * (bottom - top);
  const lines = series.map(({ values }, index) => {
    const path = values
      .filter(([, value]) => Number.isFinite(Number(value)))
      .map(([time, value]) => `${xOf(time).toFixed(1)},${yOf(Number(value)).toFixed(1)}`);
    return `<polyline points="${path.join(' ')}" fill="none" stroke="${colorOf(index)}" stroke-width="1.5"/>`;
  });
  const axes = [0, highest / 2, highest].map((value) => {
    const y = yOf(value);
    const line = `<line x1="${left}" x2="${right}" y1="${y}" y2="${y}" stroke="#e6e8ea"/>`;
    return `${line}${text(left - 6, y + 4, formatted(value, unit), 'text-anchor="end" fill="#555" font-size="10"')}`;
  });
  const legend = series.slice(0, maxNames).map(({ name }, index) => {
    const y = 156 + index * 13;
    const more =
      index === maxNames - 1 && series.length > maxNames ? `, and ${series.length - maxNames} more` : '';
    return `<rect x="12" y="${y - 8}" width="9" height="9" fill="${colorOf(index)}"/>${text(28, y, `${name}${more}`, 'font-size="10"')}`;
  });
  return [...axes, ...lines, ...legend].join('');
}

function colorOf(index: number): string {
  return palette[index % palette.length] ?? '#000';
}

/** Formats a number in a unit of Grafana. */
export function formatted(value: number, unit: string): string {
  if (!Number.isFinite(value)) return 'none';
  const plain = (number: number) => String(Number(number.toPrecision(3)));
  if (unit === 's')
    return value !== 0 && Math.abs(value) < 1 ? `${plain(value * 1_000)} ms` : `${plain(value)} s`;
  if (unit === 'percentunit') return `${plain(value * 100)} %`;
  if (unit === 'currencyUSD') return `$${plain(value)}`;
  if (unit === 'reqps' || unit === 'ops') return `${plain(value)}/s`;
  if (unit === 'bytes') return `${plain(value / 1024 ** 2)} MiB`;
  return plain(value);
}

/** Names a series by Grafana's format: labels in double braces. Without a format, by all labels. */
export function seriesName(format: string, labels: Readonly<Record<string, string>>): string {
  if (format !== '__auto')
    return format.replaceAll(/\{\{(\w+)\}\}/g, (_, label: string) => labels[label] ?? '');
  const named = Object.entries(labels).filter(([label]) => label !== '__name__');
  return named.map(([, value]) => value).join(', ') || 'value';
}

function text(x: number, y: number, content: string, attributes = ''): string {
  return `<text x="${x}" y="${y}" ${attributes}>${escaped(content)}</text>`;
}

function escaped(content: string): string {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
