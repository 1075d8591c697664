import {
  data,
  defineRoute,
  empty,
  entityTagHeader,
  field,
  file,
  ifMatchHeader,
  list,
  listQuery,
  strictObject,
  user,
} from '@valuecanvas/contracts-core';
import Type, { type Static } from 'typebox';
import {
  blockProperties,
  businessDescription,
  Canvas,
  canvasParams,
  optionalWords,
  platformFields,
} from './canvas.ts';

const revision = field.ordinal('Number of the revision on which the change is based.');

export const listCanvases = defineRoute({
  id: 'canvas.list',
  method: 'GET',
  path: '/api/canvas',
  summary: 'List your canvases',
  description: "The caller's canvases, newest first unless sorted otherwise.",
  auth: user,
  query: listQuery({
    search: Type.Optional(
      Type.String({
        maxLength: 200,
        description:
          'Text that the title, the description, the industry, the target market or an item contains.',
      }),
    ),
    sort: Type.Optional(
      Type.Enum(['created', 'updated'], {
        default: 'created',
        description: 'Sorts by the time of creation or of the latest change, newest first.',
      }),
    ),
    deleted: Type.Optional(
      Type.Boolean({
        default: false,
        description: 'If true, lists the deleted canvases that can be recovered.',
      }),
    ),
  }),
  reply: list(Canvas),
  errors: ['DEPENDENCY_UNAVAILABLE'],
});

const content = {
  ...optionalWords,
  businessDescription,
  ...Type.Partial(Type.Object(blockProperties)).properties,
};

export const CreateCanvasRequest = strictObject(content, {
  title: 'CreateCanvasRequest',
  description: 'A canvas that its user fills in. Blocks that are left out are empty.',
});
export type CreateCanvasRequest = Static<typeof CreateCanvasRequest>;

export const createCanvas = defineRoute({
  id: 'canvas.create',
  method: 'POST',
  path: '/api/canvas',
  summary: 'Create a canvas without a model',
  description: 'Stores an empty or given canvas as revision 1. It costs nothing.',
  auth: user,
  body: CreateCanvasRequest,
  example: { title: 'My bakery', businessDescription: 'A bakery', channels: ['A stall at the market'] },
  idempotent: true,
  status: 201,
  reply: data(Canvas),
  errors: ['DEPENDENCY_UNAVAILABLE'],
});

const formatVersion = Type.Literal(1, { description: 'Version of the file format.' });

const CanvasFile = strictObject(
  {
    formatVersion,
    ...content,
    ...platformFields('Ignored.'),
    revision: Type.Optional(Type.Unknown({ description: 'Ignored.' })),
  },
  { title: 'CanvasFile', description: 'A canvas as the JSON export returns it.' },
);

export const importCanvas = defineRoute({
  id: 'canvas.import',
  method: 'POST',
  path: '/api/canvas/import',
  summary: 'Import a canvas',
  description: 'Creates a canvas from a file of the JSON export. History and ids are not imported.',
  auth: user,
  body: CanvasFile,
  example: { formatVersion: 1, businessDescription: 'A bakery', keyPartners: ['A mill nearby'] },
  idempotent: true,
  status: 201,
  reply: data(Canvas),
  errors: ['DEPENDENCY_UNAVAILABLE'],
});

/** Media types of the export formats. */
export const fileTypes = [
  'application/json',
  'text/markdown',
  'image/svg+xml',
  'image/png',
  'application/pdf',
] as const;

export const fileQuery = Type.Object({
  format: Type.Optional(
    Type.Enum(['json', 'md', 'svg', 'png', 'pdf'], {
      default: 'json',
      description:
        'json for a file that can be imported, md for Markdown, svg and png for a picture, pdf for a document to print.',
    }),
  ),
  paper: Type.Optional(
    Type.Enum(['a4', 'a3', 'letter'], {
      default: 'a4',
      description: 'Paper of a drawn file (svg, png, pdf), in landscape.',
    }),
  ),
});

export const exportCanvas = defineRoute({
  id: 'canvas.export',
  method: 'GET',
  path: '/api/canvas/:id/export',
  summary: 'Export a canvas',
  description: 'Returns the current revision of a canvas as a file.',
  auth: user,
  params: canvasParams,
  query: fileQuery,
  reply: file(...fileTypes),
  errors: ['NOT_FOUND', 'DEPENDENCY_UNAVAILABLE', 'OVERLOADED'],
});

export const undeleteCanvas = defineRoute({
  id: 'canvas.undelete',
  method: 'POST',
  path: '/api/canvas/:id/undelete',
  summary: 'Recover a deleted canvas',
  description:
    'Recovers a canvas within 30 days of its deletion. A canvas that is not deleted stays as it is.',
  auth: user,
  params: canvasParams,
  reply: data(Canvas),
  errors: ['NOT_FOUND', 'DEPENDENCY_UNAVAILABLE'],
});

export const getCanvas = defineRoute({
  id: 'canvas.get',
  method: 'GET',
  path: '/api/canvas/:id',
  summary: 'Get a canvas',
  description: 'Returns the current revision of one of your canvases.',
  auth: user,
  params: canvasParams,
  reply: data(Canvas),
  responseHeaders: entityTagHeader,
  errors: ['NOT_FOUND', 'DEPENDENCY_UNAVAILABLE'],
});

export const UpdateCanvasRequest = strictObject(
  {
    revision,
    ...optionalWords,
    businessDescription: Type.Optional(businessDescription),
    ...Type.Partial(Type.Object(blockProperties)).properties,
    ...platformFields('Must be unchanged if it is present.'),
  },
  { title: 'UpdateCanvasRequest', description: 'New content of some fields.' },
);
export type UpdateCanvasRequest = Static<typeof UpdateCanvasRequest>;

export const updateCanvas = defineRoute({
  id: 'canvas.update',
  method: 'PUT',
  path: '/api/canvas/:id',
  summary: 'Update a canvas',
  description:
    'Replaces the given fields and keeps the others. A blank title, industry or target market is removed. Fails with CONFLICT if the canvas has a newer revision.',
  auth: user,
  params: canvasParams,
  body: UpdateCanvasRequest,
  example: { revision: 1, channels: ['Orders through our own web shop', 'A stall at the Saturday market'] },
  requestHeaders: ifMatchHeader,
  reply: data(Canvas),
  responseHeaders: entityTagHeader,
  errors: ['NOT_FOUND', 'CONFLICT', 'DEPENDENCY_UNAVAILABLE'],
});

export const deleteCanvas = defineRoute({
  id: 'canvas.delete',
  method: 'DELETE',
  path: '/api/canvas/:id',
  summary: 'Delete a canvas',
  description: 'Deletes a canvas with its history. It can be recovered for 30 days.',
  auth: user,
  params: canvasParams,
  requestHeaders: ifMatchHeader,
  status: 204,
  reply: empty,
  errors: ['NOT_FOUND', 'CONFLICT', 'DEPENDENCY_UNAVAILABLE'],
});
