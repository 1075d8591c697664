import { table } from '../report/table.ts';
import type { SelfTime } from './cpu-profile.ts';
import { type Origin, originOf, type SourceLookup } from './origin.ts';

/** Number of functions listed individually. */
const shownFunctions = 30;

/** Reports time by origin: our code by folder, other code by package, and by function. */
export function profileReport(
  service: string,
  times: readonly SelfTime[],
  calls: number,
  sourceOf: SourceLookup,
): string {
  const placed = times.map(({ frame, micros }) => ({ frame, micros, origin: originOf(frame, sourceOf) }));
  const total = sum(placed);
  const row = (name: string, micros: number) => [
    name,
    `${((micros / total) * 100).toFixed(1)} %`,
    `${(micros / calls).toFixed(1)} µs`,
  ];
  const grouped = (entries: readonly Placed[], key: (origin: Origin) => string) =>
    [...Map.groupBy(entries, ({ origin }) => key(origin))]
      .map(([name, group]) => ({ name, micros: sum(group) }))
      .toSorted((a, b) => b.micros - a.micros)
      .map(({ name, micros }) => row(name, micros));
  const parts = placed.filter(({ origin }) => ['our code', 'other packages'].includes(origin.group));
  const functions = placed
    .slice(0, shownFunctions)
    .map(({ frame, micros, origin }) =>
      row(`${frame.functionName || '(anonymous)'} ${origin.place}`.trim(), micros),
    );
  const columns = ['share', 'per call'];
  return [
    `## Where the ${service}'s ${(total / calls).toFixed(0)} µs per call go (JavaScript's thread, ${calls} calls)`,
    table(
      ['by', ...columns],
      grouped(placed, ({ group }) => group),
    ),
    table(['of our code and other packages', ...columns], grouped(parts, partOf)),
    table(['function itself', ...columns], functions),
  ].join('\n\n');
}

interface Placed extends SelfTime {
  readonly origin: Origin;
}

const sum = (entries: readonly { readonly micros: number }[]) =>
  entries.reduce((total, { micros }) => total + micros, 0);

/** `apps/llm-router/src/admission/admit.ts` belongs to `apps/llm-router/src/admission`, a package to itself. */
const partOf = ({ group, place }: Origin) =>
  group === 'our code' ? place.split('/').slice(0, -1).join('/') : place;
