import { sections } from '@valuecanvas/contracts-canvas';
import Type, { type Static } from 'typebox';

const items = Type.Array(Type.String());

/** JSON schema of a model's answer for a whole canvas: the nine blocks only. */
export const CanvasAnswer = Type.Object(
  Object.fromEntries(sections.map((section) => [section, items])) as Record<
    (typeof sections)[number],
    typeof items
  >,
  { additionalProperties: false },
);
export type CanvasAnswer = Static<typeof CanvasAnswer>;

/** JSON schema of a model's answer for one block. */
export const RefinementAnswer = Type.Object(
  { suggestions: items, reasoning: Type.String() },
  { additionalProperties: false },
);
export type RefinementAnswer = Static<typeof RefinementAnswer>;
