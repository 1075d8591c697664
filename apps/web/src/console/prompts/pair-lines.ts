import type { ResultOf } from '@valuecanvas/web-client';

export type Line = ResultOf<'diffPromptVersions'>['lines'][number];

/** A row of a comparison side by side. An equal line stands on both sides. */
export interface LinePair {
  readonly before: Line | undefined;
  readonly after: Line | undefined;
}

/** Puts each run of removed lines beside the added lines that follow it. */
export function pairLines(lines: readonly Line[]): readonly LinePair[] {
  const pairs: LinePair[] = [];
  let removed: Line[] = [];
  let added: Line[] = [];
  const flush = () => {
    for (let index = 0; index < Math.max(removed.length, added.length); index++)
      pairs.push({ before: removed[index], after: added[index] });
    removed = [];
    added = [];
  };
  for (const line of lines) {
    if (line.kind === 'added') added.push(line);
    else {
      if (line.kind === 'equal' || added.length > 0) flush();
      if (line.kind === 'equal') pairs.push({ before: line, after: line });
      else removed.push(line);
    }
  }
  flush();
  return pairs;
}
