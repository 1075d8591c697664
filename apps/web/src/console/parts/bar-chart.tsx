import { AxisBottom, AxisLeft } from '@visx/axis';
import { Group } from '@visx/group';
import { scaleBand, scaleLinear } from '@visx/scale';
import { Bar } from '@visx/shape';
import { useEffect, useId, useRef, useState } from 'react';
import styles from './bar-chart.module.css';

/** One bar. */
export interface Datum {
  readonly id: string;
  readonly name: string;
  /** Values of the series, from the bottom up. */
  readonly parts: readonly number[];
  /** Part of the bar that is hatched, at its top. */
  readonly hatched: number;
}

/** A series. The last one is drawn in grey if it stands for the rest. */
export interface Series {
  readonly name: string;
  readonly isRest?: boolean;
}

const height = 220;
const margin = { top: 8, right: 0, bottom: 28, left: 80 };

/** Pixels that the name of a bar needs below the axis. */
const nameWidth = 64;

/** A chart of stacked bars. The summary is its label for screen readers. The caller offers the same figures as a table. */
export function BarChart({
  summary,
  series,
  data,
  hatchedName,
  format,
  exact,
}: {
  readonly summary: string;
  readonly series: readonly Series[];
  readonly data: readonly Datum[];
  /** Name of the hatched part in the legend, which shows it if a bar has one. */
  readonly hatchedName: string;
  /** Returns the format of the values along the axis. */
  readonly format: (ticks: readonly number[]) => (value: number) => string;
  /** Text of a part of a bar under the pointer. */
  readonly exact: (datum: Datum, part: number) => string;
}) {
  const hatch = useId();
  const [frame, width] = useWidth();
  const inner = Math.max(0, width - margin.left - margin.right);
  const bottom = height - margin.top - margin.bottom;
  const x = scaleBand({ domain: data.map(({ id }) => id), range: [0, inner], padding: 0.25 });
  const top = Math.max(...data.map(heightOf), 0);
  const y = scaleLinear({ domain: [0, top || 1], range: [bottom, 0], nice: 4 });
  const ticks = y.ticks(4);
  const formatTick = format(ticks);
  const every = Math.max(1, Math.ceil((data.length * nameWidth) / Math.max(1, inner)));
  const names = new Map(data.map(({ id, name }) => [id, name]));
  return (
    <div ref={frame} className={styles.chart}>
      {width > 0 && (
        <svg width={width} height={height} role="img" aria-label={summary}>
          <defs>
            <pattern
              id={hatch}
              width="6"
              height="6"
              patternUnits="userSpaceOnUse"
              patternTransform="rotate(45)"
            >
              <line className={styles.hatch} y2="6" />
            </pattern>
          </defs>
          <Group left={margin.left} top={margin.top}>
            {ticks.map((tick) => (
              <line key={tick} className={styles.grid} x1={0} x2={inner} y1={y(tick)} y2={y(tick)} />
            ))}
            {data.map((datum) => (
              <Group key={datum.id} left={x(datum.id) ?? 0}>
                {datum.parts.map((part, index) => {
                  const below = sumOf(datum.parts.slice(0, index));
                  return (
                    part > 0 && (
                      <Bar
                        key={series[index]?.name}
                        className={`${styles.bar} ${colourOf(series[index], index)}`}
                        y={y(below + part)}
                        width={x.bandwidth()}
                        height={y(below) - y(below + part)}
                      >
                        <title>{exact(datum, index)}</title>
                      </Bar>
                    )
                  );
                })}
                {datum.hatched > 0 && (
                  <Bar
                    className={styles.hatched ?? ''}
                    fill={`url(#${hatch})`}
                    y={y(heightOf(datum))}
                    width={x.bandwidth()}
                    height={y(heightOf(datum) - datum.hatched) - y(heightOf(datum))}
                  />
                )}
              </Group>
            ))}
            <AxisLeft
              scale={y}
              tickValues={ticks}
              hideAxisLine
              hideTicks
              tickFormat={(value) => formatTick(Number(value))}
              tickClassName={styles.tick ?? ''}
              tickLabelProps={{ dx: -4, dy: 4, textAnchor: 'end' }}
            />
            <AxisBottom
              scale={x}
              top={bottom}
              hideTicks
              axisClassName={styles.axis ?? ''}
              tickClassName={styles.tick ?? ''}
              tickValues={data.filter((_, index) => index % every === 0).map(({ id }) => id)}
              tickFormat={(id) => names.get(id) ?? id}
              tickLabelProps={(id) => ({
                dy: 4,
                // A label at the end would leave the chart.
                textAnchor: inner - (x(id) ?? 0) < nameWidth / 2 ? 'end' : 'middle',
              })}
            />
          </Group>
        </svg>
      )}
      <ul className={styles.legend}>
        {series.map((one, index) => (
          <li key={one.name}>
            <svg width="12" height="12" aria-hidden="true">
              <rect className={colourOf(one, index)} width="12" height="12" rx="2" />
            </svg>
            {one.name}
          </li>
        ))}
        {data.some(({ hatched }) => hatched > 0) && (
          <li>
            <svg width="12" height="12" aria-hidden="true">
              <rect className={styles.rest} width="12" height="12" rx="2" />
              <rect fill={`url(#${hatch})`} width="12" height="12" />
            </svg>
            {hatchedName}
          </li>
        )}
      </ul>
    </div>
  );
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

function heightOf({ parts }: Datum): number {
  return sumOf(parts);
}

const colours = [styles.first, styles.second, styles.third, styles.fourth, styles.fifth];

function colourOf(series: Series | undefined, index: number): string {
  return (series?.isRest ? styles.rest : colours[index % colours.length]) ?? '';
}

/** Follows the width of an element in pixels. */
function useWidth(): [element: React.RefObject<HTMLDivElement | null>, width: number] {
  const element = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const observer = new ResizeObserver(([entry]) => setWidth(entry?.contentRect.width ?? 0));
    if (element.current) observer.observe(element.current);
    return () => observer.disconnect();
  }, []);
  return [element, width];
}
