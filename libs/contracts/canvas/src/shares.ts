import {
  anyone,
  data,
  defineRoute,
  empty,
  field,
  file,
  list,
  listQuery,
  strictObject,
  user,
} from '@valuecanvas/contracts-core';
import Type, { type Static } from 'typebox';
import { blockProperties, Canvas, canvasParams } from './canvas.ts';
import { fileQuery, fileTypes } from './canvases.ts';

const shareFields = {
  id: field.uuid('Id of the link.'),
  createdAt: field.timestamp('Time at which the link was created.'),
  expiresAt: Type.Optional(field.timestamp('Time after which the link no longer works.')),
};

export const Share = Type.Object(
  {
    ...shareFields,
    lastOpenedAt: Type.Optional(
      field.timestamp('Time at which the link was last opened, to the minute. Absent if it never was.'),
    ),
  },
  { title: 'Share', description: 'A link with which anyone can view a canvas.' },
);
export type Share = Static<typeof Share>;

export const NewShare = Type.Object(
  {
    ...shareFields,
    token: Type.String({ description: 'The secret in the link. It is shown only once.' }),
    url: Type.String({
      description: 'Path of the API at which the canvas can be viewed without an account.',
    }),
  },
  { title: 'NewShare', description: 'A new link, with its secret.' },
);
export type NewShare = Static<typeof NewShare>;

export const createShare = defineRoute({
  id: 'canvas.createShare',
  method: 'POST',
  path: '/api/canvas/:id/shares',
  summary: 'Share a canvas',
  description:
    'Creates a link with which anyone can view the current revision of a canvas, until it expires or is revoked.',
  auth: user,
  params: canvasParams,
  body: strictObject({
    expiresInDays: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 365,
        description: 'Days for which the link works. By default, it does not expire.',
      }),
    ),
  }),
  example: { expiresInDays: 30 },
  status: 201,
  reply: data(NewShare),
  errors: ['NOT_FOUND', 'DEPENDENCY_UNAVAILABLE'],
});

export const listShares = defineRoute({
  id: 'canvas.listShares',
  method: 'GET',
  path: '/api/canvas/:id/shares',
  summary: 'List the links of a canvas',
  description: 'Lists the links to one of your canvases, newest first, including expired ones.',
  auth: user,
  params: canvasParams,
  query: listQuery(),
  reply: list(Share),
  errors: ['NOT_FOUND', 'DEPENDENCY_UNAVAILABLE'],
});

export const deleteShare = defineRoute({
  id: 'canvas.deleteShare',
  method: 'DELETE',
  path: '/api/canvas/:id/shares/:sid',
  summary: 'Revoke a link',
  description: 'The link stops working at once.',
  auth: user,
  params: Type.Object({ ...canvasParams.properties, sid: field.uuid('Id of the link.') }),
  status: 204,
  reply: empty,
  errors: ['NOT_FOUND', 'DEPENDENCY_UNAVAILABLE'],
});

const SharedCanvas = Type.Object(
  {
    ...Type.Pick(Canvas, ['title', 'businessDescription', 'industry', 'targetMarket', 'revision']).properties,
    ...blockProperties,
    updatedAt: field.timestamp('Time at which the current revision was created.'),
  },
  { title: 'SharedCanvas', description: 'A canvas as its link shows it.' },
);

const tokenParams = Type.Object({
  token: Type.String({ pattern: '^[A-Za-z0-9_-]{43}$', description: 'The secret in the link.' }),
});

/** Shared views are not for search engines and caches. */
const sharedHeaders = {
  'x-robots-tag': Type.String({ description: 'Always noindex.' }),
  'cache-control': Type.String({ description: 'Always no-store.' }),
};

export const getSharedCanvas = defineRoute({
  id: 'canvas.getShared',
  method: 'GET',
  path: '/api/shared/:token',
  summary: 'View a shared canvas',
  description:
    'Returns the canvas to which a link leads. Needs no account. Revoked and expired links are not found.',
  auth: anyone,
  params: tokenParams,
  reply: data(SharedCanvas),
  responseHeaders: sharedHeaders,
  errors: ['NOT_FOUND', 'DEPENDENCY_UNAVAILABLE'],
});

export const exportSharedCanvas = defineRoute({
  id: 'canvas.exportShared',
  method: 'GET',
  path: '/api/shared/:token/export',
  summary: 'Export a shared canvas',
  description: 'Returns the canvas to which a link leads as a file.',
  auth: anyone,
  params: tokenParams,
  query: fileQuery,
  reply: file(...fileTypes),
  responseHeaders: sharedHeaders,
  errors: ['NOT_FOUND', 'DEPENDENCY_UNAVAILABLE', 'OVERLOADED'],
});
