import { data, defineRoute, field, strictObject, user } from '@valuecanvas/contracts-core';
import Type, { type Static } from 'typebox';
import { blockProperties, Canvas, canvasParams, Section } from './canvas.ts';

const basedOn = field.ordinal('Number of the revision on which the change is based.');

export const ApplySuggestionsRequest = strictObject(
  {
    section: Section,
    suggestions: Type.Array(Type.String({ minLength: 1, maxLength: 1_000 }), {
      minItems: 1,
      maxItems: 50,
      description: 'Suggested items to apply.',
    }),
    mode: Type.Enum(['append', 'replace'], {
      description: 'append adds the items to the block, replace removes its previous items.',
    }),
    revision: basedOn,
  },
  { title: 'ApplySuggestionsRequest', description: 'Suggestions to apply to a block.' },
);
export type ApplySuggestionsRequest = Static<typeof ApplySuggestionsRequest>;

export const applySuggestions = defineRoute({
  id: 'canvas.apply',
  method: 'POST',
  path: '/api/canvas/:id/apply',
  summary: 'Apply suggestions',
  description:
    'Applies selected suggestions to a block and creates a new revision. A block holds at most 50 items.',
  auth: user,
  params: canvasParams,
  body: ApplySuggestionsRequest,
  example: {
    section: 'channels',
    suggestions: ['Recommendations from regular customers'],
    mode: 'append',
    revision: 1,
  },
  idempotent: true,
  reply: data(Canvas),
  errors: ['NOT_FOUND', 'CONFLICT', 'DEPENDENCY_UNAVAILABLE'],
});

export const Revision = Type.Object(
  {
    revision: field.ordinal('Number of the revision.'),
    createdAt: field.timestamp('Time at which the revision was created.'),
    source: Type.Enum(['generate', 'edit', 'apply', 'restore', 'create', 'import'], {
      description: 'Operation that created the revision.',
    }),
    changed: Type.Array(Section, { description: 'Blocks that differ from the previous revision.' }),
  },
  { title: 'Revision', description: 'One revision of a canvas.' },
);
export type Revision = Static<typeof Revision>;

export const RevisionContent = Type.Object(
  {
    ...Revision.properties,
    ...Type.Pick(Canvas, ['title', 'businessDescription', 'industry', 'targetMarket']).properties,
    ...blockProperties,
  },
  { title: 'RevisionContent', description: 'One revision of a canvas with its content.' },
);
export type RevisionContent = Static<typeof RevisionContent>;

const revisionParams = Type.Object({
  ...canvasParams.properties,
  n: field.ordinal('Number of the revision.'),
});

export const getRevision = defineRoute({
  id: 'canvas.getRevision',
  method: 'GET',
  path: '/api/canvas/:id/revisions/:n',
  summary: 'Get a revision of a canvas',
  description: 'Returns a revision with its content.',
  auth: user,
  params: revisionParams,
  reply: data(RevisionContent),
  errors: ['NOT_FOUND', 'DEPENDENCY_UNAVAILABLE'],
});

export const listRevisions = defineRoute({
  id: 'canvas.listRevisions',
  method: 'GET',
  path: '/api/canvas/:id/revisions',
  summary: 'List revisions of a canvas',
  description: 'Lists all revisions of a canvas, newest first.',
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
  description: 'Creates a new revision with the content of an earlier one.',
  auth: user,
  params: revisionParams,
  idempotent: true,
  reply: data(Canvas),
  errors: ['NOT_FOUND', 'CONFLICT', 'DEPENDENCY_UNAVAILABLE'],
});
