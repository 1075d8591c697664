import { data, defineRoute, field, strictObject, user } from '@valuecanvas/contracts-core';
import Type, { type Static } from 'typebox';
import { Canvas, canvasParams, Section } from './canvas.ts';

const basedOn = field.ordinal('Revision that the change is based on.');

export const ApplySuggestionsRequest = strictObject(
  {
    section: Section,
    suggestions: Type.Array(Type.String({ minLength: 1, maxLength: 1_000 }), {
      minItems: 1,
      maxItems: 50,
      description: 'Items to take over.',
    }),
    mode: Type.Enum(['append', 'replace'], { description: 'Whether the items join the block or become it.' }),
    revision: basedOn,
  },
  { title: 'ApplySuggestionsRequest', description: 'Suggestions to take over into a block.' },
);
export type ApplySuggestionsRequest = Static<typeof ApplySuggestionsRequest>;

export const applySuggestions = defineRoute({
  id: 'canvas.apply',
  method: 'POST',
  path: '/api/canvas/:id/apply',
  summary: 'Apply suggestions',
  description: 'Takes chosen suggestions over into a block, which holds 50 items at most: a new revision.',
  auth: user,
  params: canvasParams,
  body: ApplySuggestionsRequest,
  reply: data(Canvas),
  errors: ['NOT_FOUND', 'CONFLICT', 'DEPENDENCY_UNAVAILABLE'],
});

export const Revision = Type.Object(
  {
    revision: field.ordinal('Number of the revision.'),
    createdAt: field.timestamp('When it was made.'),
    source: Type.Enum(['generate', 'edit', 'apply', 'restore'], { description: 'What made it.' }),
    changed: Type.Array(Section, { description: 'Blocks that differ from the revision before.' }),
  },
  { title: 'Revision', description: 'One step in the history of a canvas.' },
);
export type Revision = Static<typeof Revision>;

export const listRevisions = defineRoute({
  id: 'canvas.listRevisions',
  method: 'GET',
  path: '/api/canvas/:id/revisions',
  summary: 'History of a canvas',
  description: 'All revisions of a canvas, newest first.',
  auth: user,
  params: canvasParams,
  reply: data(Type.Array(Revision, { description: 'The revisions, newest first.' })),
  errors: ['NOT_FOUND', 'DEPENDENCY_UNAVAILABLE'],
});

export const restoreRevision = defineRoute({
  id: 'canvas.restoreRevision',
  method: 'POST',
  path: '/api/canvas/:id/revisions/:n/restore',
  summary: 'Restore a revision',
  description: 'Makes an earlier revision the current one, as a new revision.',
  auth: user,
  params: Type.Object({
    id: field.uuid('Id of the canvas.'),
    n: field.ordinal('Number of the revision to restore.'),
  }),
  reply: data(Canvas),
  errors: ['NOT_FOUND', 'CONFLICT', 'DEPENDENCY_UNAVAILABLE'],
});
