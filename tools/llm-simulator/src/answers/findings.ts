import type { Block } from './blocks.ts';
import type { Brief } from './brief.ts';
import { type FindingKind, textsOf } from './language.ts';

/** A weakness of a canvas, as a reviewing model reports it. */
export interface Finding {
  readonly kind: FindingKind;
  readonly severity: 'high' | 'medium' | 'low';
  readonly sections: readonly Block[];
  readonly items: readonly string[];
  readonly message: string;
  readonly suggestion: string;
}

/** Subject of each kind of finding: the last item of the first block, which the second block does not cover. */
const places: readonly {
  readonly kind: FindingKind;
  readonly severity: Finding['severity'];
  readonly sections: readonly [Block, ...Block[]];
}[] = [
  { kind: 'orphan', severity: 'high', sections: ['customerSegments', 'valuePropositions'] },
  { kind: 'missing', severity: 'medium', sections: ['keyPartners', 'costStructure'] },
  { kind: 'vague', severity: 'low', sections: ['channels'] },
];

/** Findings about items of the canvas in the prompt. An empty canvas has none. */
export function findingsFor({ currentCanvas, language }: Brief): readonly Finding[] {
  const texts = textsOf(language).findings;
  return places.flatMap(({ kind, severity, sections }) => {
    const item = currentCanvas[sections[0]].at(-1);
    if (item === undefined) return [];
    const filled = (sentence: string) => sentence.replace('{item}', () => item);
    return [
      {
        kind,
        severity,
        sections,
        items: [item],
        message: filled(texts[kind].message),
        suggestion: filled(texts[kind].suggestion),
      },
    ];
  });
}
