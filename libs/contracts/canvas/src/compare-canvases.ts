import { data, defineRoute, field, user } from '@valuecanvas/contracts-core';
import Type, { type Static } from 'typebox';
import { canvasParams, Section, sampleCanvasId } from './canvas.ts';

const ComparedCanvas = Type.Object(
  {
    canvasId: field.uuid('Id of the canvas.'),
    revision: field.ordinal('Number of the compared revision.'),
  },
  { title: 'ComparedCanvas', description: 'One side of a comparison.' },
);

const sideText = (description: string) => Type.Optional(Type.String({ description }));

export const ItemDiff = Type.Object(
  {
    change: Type.Enum(['kept', 'added', 'removed', 'changed'], {
      description: 'changed for an item that is similar to an item of the first canvas.',
    }),
    before: sideText('Text in the first canvas. Absent for an added item.'),
    after: sideText('Text in the second canvas. Absent for a removed item.'),
  },
  { title: 'ItemDiff', description: 'An item that one canvas or both have.' },
);
export type ItemDiff = Static<typeof ItemDiff>;

export const BlockDiff = Type.Object(
  {
    section: Section,
    isReordered: Type.Boolean({
      description: 'True if items of both canvases are in a different order.',
    }),
    items: Type.Array(ItemDiff, {
      description: 'Items in the order of the second canvas, with removed items at their former place.',
    }),
  },
  { title: 'BlockDiff', description: 'Differences in one block.' },
);
export type BlockDiff = Static<typeof BlockDiff>;

export const CanvasDiff = Type.Object(
  {
    before: ComparedCanvas,
    after: ComparedCanvas,
    words: Type.Array(
      Type.Object({
        field: Type.Enum(['title', 'businessDescription', 'industry', 'targetMarket'], {
          description: 'Name of the field.',
        }),
        before: sideText('Text in the first canvas, if any.'),
        after: sideText('Text in the second canvas, if any.'),
      }),
      { description: 'Fields outside the blocks that differ.' },
    ),
    blocks: Type.Array(BlockDiff, { description: 'All nine blocks, in their usual order.' }),
  },
  { title: 'CanvasDiff', description: 'Differences between two canvases or two revisions.' },
);
export type CanvasDiff = Static<typeof CanvasDiff>;

export const compareCanvases = defineRoute({
  id: 'canvas.compare',
  method: 'GET',
  path: '/api/canvas/:id/diff',
  summary: 'Compare two canvases or revisions',
  description:
    'Compares a canvas with another one of yours, or two revisions of a canvas, by block and item.',
  auth: user,
  params: canvasParams,
  query: Type.Object({
    revision: Type.Optional(
      field.ordinal('Revision of the canvas in the path. By default, the current one.'),
    ),
    with: Type.Optional(
      field.uuid('Canvas to compare with. By default, the canvas in the path.', sampleCanvasId),
    ),
    withRevision: Type.Optional(
      field.ordinal('Revision of the canvas to compare with. By default, the current one.'),
    ),
  }),
  reply: data(CanvasDiff),
  errors: ['NOT_FOUND', 'DEPENDENCY_UNAVAILABLE'],
});
