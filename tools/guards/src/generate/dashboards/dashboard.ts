import type { GeneratedFile } from '../generated-file.ts';

/** Units as Grafana names them. */
type Unit = 's' | 'short' | 'reqps' | 'ops' | 'percentunit' | 'currencyUSD' | 'bytes' | 'none';

interface Query {
  readonly expr: string;
  /** Text of the legend; labels in double braces. */
  readonly legend?: string;
}

export interface Panel {
  readonly title: string;
  readonly unit: Unit;
  readonly queries: readonly Query[];
  /** Default `lines`. A `value` shows the newest values as numbers, a `table` as rows. */
  readonly kind?: 'lines' | 'stacked' | 'value' | 'table' | 'states';
  /** Note for readers: a limit, or where to go from here. */
  readonly note?: string;
  /** Values from which on a number is yellow and red. */
  readonly limits?: readonly [warning: number, critical: number];
  /** Meaning of numbers that stand for states. */
  readonly states?: Readonly<Record<number, readonly [text: string, color: string]>>;
}

export interface Dashboard {
  /** Name of the file, and part of the address. */
  readonly id: string;
  readonly title: string;
  readonly panels: readonly Panel[];
  /** Adds a choice of services, for queries that use `$service`. */
  readonly perService?: boolean;
}

const datasource = { type: 'prometheus', uid: 'prometheus' };
const [width, height, perRow] = [8, 8, 3];

/** Returns the file from which Grafana provisions the dashboard. */
export function dashboardFile(dashboard: Dashboard): GeneratedFile {
  const { id, title, panels, perService = false } = dashboard;
  const content = {
    uid: `valuecanvas-${id}`,
    title: `ValueCanvas: ${title}`,
    tags: ['valuecanvas'],
    schemaVersion: 39,
    editable: false,
    timezone: 'utc',
    refresh: '30s',
    time: { from: 'now-3h', to: 'now' },
    graphTooltip: 1,
    links: [
      { type: 'dashboards', title: 'ValueCanvas', tags: ['valuecanvas'], asDropdown: true, keepTime: true },
    ],
    templating: { list: perService ? [serviceVariable] : [] },
    annotations: { list: [] },
    panels: panels.map((panel, index) => grafanaPanel(panel, index)),
  };
  return {
    path: `infrastructure/grafana/dashboards/${id}.json`,
    content: `${JSON.stringify(content, undefined, 2)}\n`,
  };
}

const serviceVariable = {
  name: 'service',
  label: 'Service',
  type: 'query',
  datasource,
  query: { query: 'label_values(build_info, service)', refId: 'service' },
  refresh: 2,
  sort: 1,
  multi: true,
  includeAll: true,
  current: { text: 'All', value: '$__all' },
};

const types = {
  lines: 'timeseries',
  stacked: 'timeseries',
  value: 'stat',
  table: 'table',
  states: 'state-timeline',
} as const;

function grafanaPanel(panel: Panel, index: number) {
  const { title, note, kind = 'lines', queries } = panel;
  const isInstant = kind === 'value' || kind === 'table';
  return {
    id: index + 1,
    type: types[kind],
    title,
    ...(note === undefined ? {} : { description: note }),
    datasource,
    gridPos: {
      x: (index % perRow) * width,
      y: Math.floor(index / perRow) * height,
      w: width,
      h: height,
    },
    targets: queries.map(({ expr, legend = '__auto' }, position) => ({
      refId: String.fromCharCode('A'.charCodeAt(0) + position),
      datasource,
      expr,
      legendFormat: legend,
      ...(isInstant ? { instant: true, range: false } : {}),
      ...(kind === 'table' ? { format: 'table' } : {}),
    })),
    fieldConfig: { defaults: fieldDefaults(panel), overrides: [] },
    options: options[kind],
  };
}

function fieldDefaults({ unit, kind = 'lines', limits, states }: Panel) {
  const [warning, critical] = limits ?? [];
  return {
    unit,
    min: 0,
    custom: {
      ...(kind === 'lines' || kind === 'stacked'
        ? { fillOpacity: kind === 'stacked' ? 30 : 5, showPoints: 'never' }
        : {}),
      ...(kind === 'stacked' ? { stacking: { mode: 'normal' } } : {}),
      ...(limits && kind === 'lines' ? { thresholdsStyle: { mode: 'line' } } : {}),
    },
    thresholds: {
      mode: 'absolute',
      steps: [
        { color: 'green', value: null },
        ...(limits
          ? [
              { color: 'yellow', value: warning },
              { color: 'red', value: critical },
            ]
          : []),
      ],
    },
    ...(states === undefined
      ? {}
      : {
          mappings: [
            {
              type: 'value',
              options: Object.fromEntries(
                Object.entries(states).map(([value, [text, color]], index) => [
                  value,
                  { text, color, index },
                ]),
              ),
            },
          ],
        }),
  };
}

const lines = {
  legend: { displayMode: 'list', placement: 'bottom', showLegend: true },
  tooltip: { mode: 'multi', sort: 'desc' },
};

const options = {
  lines,
  stacked: lines,
  value: { reduceOptions: { calcs: ['lastNotNull'] }, colorMode: 'value', textMode: 'value_and_name' },
  table: { showHeader: true },
  states: { showValue: 'auto', mergeValues: true, ...lines },
};
