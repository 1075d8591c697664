import {
  data,
  defineRoute,
  empty,
  entityTagHeader,
  field,
  ifMatchHeader,
  list,
  listQuery,
  strictObject,
  user,
} from '@valuecanvas/contracts-core';
import Type, { type Static } from 'typebox';
import { blockProperties, businessDescription, Canvas, canvasParams } from './canvas.ts';

const revision = field.ordinal('Number of the revision on which the change is based.');

export const listCanvases = defineRoute({
  id: 'canvas.list',
  method: 'GET',
  path: '/api/canvas',
  summary: 'List your canvases',
  description: "The caller's canvases, newest first.",
  auth: user,
  query: listQuery(),
  reply: list(Canvas),
  errors: ['DEPENDENCY_UNAVAILABLE'],
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
    businessDescription: Type.Optional(businessDescription),
    ...Type.Partial(Type.Object(blockProperties)).properties,
  },
  { title: 'UpdateCanvasRequest', description: 'New content of some blocks.' },
);
export type UpdateCanvasRequest = Static<typeof UpdateCanvasRequest>;

export const updateCanvas = defineRoute({
  id: 'canvas.update',
  method: 'PUT',
  path: '/api/canvas/:id',
  summary: 'Update a canvas',
  description:
    'Replaces the given blocks and keeps the others. Fails with CONFLICT if the canvas has a newer revision.',
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
  description: 'Deletes a canvas with its history. This cannot be undone.',
  auth: user,
  params: canvasParams,
  requestHeaders: ifMatchHeader,
  status: 204,
  reply: empty,
  errors: ['NOT_FOUND', 'CONFLICT', 'DEPENDENCY_UNAVAILABLE'],
});
