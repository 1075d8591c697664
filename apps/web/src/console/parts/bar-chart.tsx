import { AxisBottom, AxisLeft } from '@visx/axis';
import { Group } from '@visx/group';
import { scaleBand, scaleLinear } from '@visx/scale';
import { Bar } from '@visx/shape';
import { useEffect, useRef, useState } from 'react';
import styles from './bar-chart.module.css';

export interface Datum {
  readonly id: string;
  readonly name: string;
  readonly value: number;
}

const height = 220;
const margin = { top: 8, right: 0, bottom: 28, left: 80 };

/** Pixels that the name of a bar needs below the axis. */
const nameWidth = 64;

/** A bar chart. The summary is its label for screen readers. The caller offers the same figures as a table. */
export function BarChart({
  summary,
  data,
  format,
  exact,
}: {
  readonly summary: string;
  readonly data: readonly Datum[];
  /** Returns the format of the values along the axis. */
  readonly format: (ticks: readonly number[]) => (value: number) => string;
  /** Text of a bar under the pointer. */
  readonly exact: (datum: Datum) => string;
}) {
  const [frame, width] = useWidth();
  const inner = Math.max(0, width - margin.left - margin.right);
  const bottom = height - margin.top - margin.bottom;
  const x = scaleBand({ domain: data.map(({ id }) => id), range: [0, inner], padding: 0.25 });
  const top = Math.max(...data.map(({ value }) => value), 0);
  const y = scaleLinear({ domain: [0, top || 1], range: [bottom, 0], nice: 4 });
  const ticks = y.ticks(4);
  const formatTick = format(ticks);
  const every = Math.max(1, Math.ceil((data.length * nameWidth) / Math.max(1, inner)));
  const names = new Map(data.map(({ id, name }) => [id, name]));
  return (
    <div ref={frame} className={styles.chart}>
      {width > 0 && (
        <svg width={width} height={height} role="img" aria-label={summary}>
          <Group left={margin.left} top={margin.top}>
            {ticks.map((tick) => (
              <line key={tick} className={styles.grid} x1={0} x2={inner} y1={y(tick)} y2={y(tick)} />
            ))}
            {data.map((datum) => (
              <Bar
                key={datum.id}
                className={styles.bar ?? ''}
                x={x(datum.id) ?? 0}
                y={y(datum.value)}
                width={x.bandwidth()}
                height={bottom - y(datum.value)}
              >
                <title>{exact(datum)}</title>
              </Bar>
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
              tickLabelProps={{ dy: 4, textAnchor: 'middle' }}
            />
          </Group>
        </svg>
      )}
    </div>
  );
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
