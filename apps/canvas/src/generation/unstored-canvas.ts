import { Blocks, sections } from '@valuecanvas/contracts-canvas';
import { defineFact, type FactOf, field } from '@valuecanvas/contracts-core';
import Type from 'typebox';
import type { NewCanvas, VariantOrigin } from '../canvases/canvas.store.ts';
import type { CanvasContent } from '../canvases/canvas-content.ts';

/** A generated canvas that waits in the journal until PostgreSQL can store it. */
export const unstoredCanvas = defineFact({
  name: 'canvas.unstored',
  owner: 'canvas',
  description: 'A canvas was generated and paid for, but PostgreSQL could not store it.',
  schema: Type.Object({
    id: field.uuid('Id of the canvas, for which a reservation exists.'),
    userId: field.uuid('Id of the user.'),
    variantOf: Type.Optional(
      Type.Object({
        canvasId: field.uuid('Id of the canvas of which it is a variant.'),
        kind: Type.String({ description: 'Kind of the variant.' }),
      }),
    ),
    content: Type.Object({
      title: Type.Optional(Type.String({ description: 'Title of the canvas.' })),
      businessDescription: Type.String({ description: 'Description of the business.' }),
      industry: Type.Optional(Type.String({ description: 'Industry of the business.' })),
      targetMarket: Type.Optional(Type.String({ description: 'Target market of the business.' })),
      blocks: Blocks,
    }),
  }),
});
export type UnstoredCanvas = FactOf<typeof unstoredCanvas>;

/** Returns a generated canvas as its first revision. */
export function generatedCanvas(canvas: {
  readonly content: CanvasContent;
  readonly variantOf?: VariantOrigin | undefined;
}): NewCanvas {
  const { content, variantOf } = canvas;
  return { content, variantOf, source: 'generate', changed: sections };
}
