import { type Blocks, type Section, sections } from '../canvas/blocks.ts';
import styles from './canvases-page.module.css';

/** Places of the nine blocks on a sheet of 260 by 169, in the proportions of the canvas. */
const places: Readonly<Record<Section, readonly [x: number, y: number, width: number, height: number]>> = {
  keyPartners: [0, 0, 52, 130],
  keyActivities: [52, 0, 52, 65],
  valuePropositions: [104, 0, 52, 130],
  customerRelationships: [156, 0, 52, 65],
  customerSegments: [208, 0, 52, 130],
  keyResources: [52, 65, 52, 65],
  channels: [156, 65, 52, 65],
  costStructure: [0, 130, 130, 39],
  revenueStreams: [130, 130, 130, 39],
};

const padding = 6;
const barHeight = 4;
const barStep = 9;

/** Length of the longest bar, in characters of an item. */
const longest = 60;

/** A canvas in small: a bar for each item, as long as its text. */
export function Miniature({ blocks }: { readonly blocks: Blocks }) {
  return (
    <svg className={styles.miniature} viewBox="-0.5 -0.5 261 170" aria-hidden="true">
      {sections.map((section) => {
        const [x, y, width, height] = places[section];
        const room = Math.floor((height - 2 * padding + barStep - barHeight) / barStep);
        return (
          <g key={section}>
            <rect
              className={section === 'valuePropositions' ? styles.value : styles.area}
              x={x}
              y={y}
              width={width}
              height={height}
            />
            {[...blocks[section].slice(0, room).entries()].map(([index, item]) => (
              <rect
                key={index}
                className={styles.item}
                x={x + padding}
                y={y + padding + index * barStep}
                width={Math.max(6, (width - 2 * padding) * Math.min(1, item.length / longest))}
                height={barHeight}
                rx={1}
              />
            ))}
          </g>
        );
      })}
    </svg>
  );
}
