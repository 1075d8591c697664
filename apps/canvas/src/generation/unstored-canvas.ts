import { Blocks, sections } from '@valuecanvas/contracts-canvas';
import { defineFact, type FactOf, field } from '@valuecanvas/contracts-core';
import Type from 'typebox';
import type { NewRevision } from '../canvases/canvas.store.ts';
import type { CanvasContent } from '../canvases/canvas-content.ts';

/** A generated canvas that waits in the journal until PostgreSQL can store it. */
export const unstoredCanvas = defineFact({
  name: 'canvas.unstored',
  owner: 'canvas',
  description: 'A canvas was generated and paid for, but PostgreSQL could not store it.',
  schema: Type.Object({
    id: field.uuid('Id of the canvas, for which a reservation exists.'),
    userId: field.uuid('Id of the user.'),
    content: Type.Object({
      businessDescription: Type.String({ description: 'Description of the business.' }),
      industry: Type.Optional(Type.String({ description: 'Industry of the business.' })),
      targetMarket: Type.Optional(Type.String({ description: 'Target market of the business.' })),
      blocks: Blocks,
    }),
  }),
});
export type UnstoredCanvas = FactOf<typeof unstoredCanvas>;

/** Returns the first revision of a generated canvas. */
export function generatedRevision(content: CanvasContent): NewRevision {
  return { content, source: 'generate', changed: sections };
}
