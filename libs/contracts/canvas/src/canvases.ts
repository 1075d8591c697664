import { data, defineRoute, empty, field, list, strictObject, user } from '@valuecanvas/contracts-core';
import Type, { type Static } from 'typebox';
import { blockProperties, businessDescription, Canvas, canvasParams } from './canvas.ts';

const revision = field.ordinal('Revision that the change is based on.');

export const listCanvases = defineRoute({
  id: 'canvas.list',
  method: 'GET',
  path: '/api/canvas',
  summary: 'List own canvases',
  description: "The caller's canvases, newest first.",
  auth: user,
  query: Type.Object({ cursor: field.cursor, limit: field.pageLimit }),
  reply: list(Canvas),
  errors: ['DEPENDENCY_UNAVAILABLE'],
});

export const getCanvas = defineRoute({
  id: 'canvas.get',
  method: 'GET',
  path: '/api/canvas/:id',
  summary: 'Read a canvas',
  description: 'The current revision of one of the caller’s canvases.',
  auth: user,
  params: canvasParams,
  reply: data(Canvas),
  errors: ['NOT_FOUND', 'DEPENDENCY_UNAVAILABLE'],
});

export const UpdateCanvasRequest = strictObject(
  {
    revision,
    businessDescription: Type.Optional(businessDescription),
    ...Type.Partial(Type.Object(blockProperties)).properties,
  },
  { title: 'UpdateCanvasRequest', description: 'New contents of some blocks.' },
);
export type UpdateCanvasRequest = Static<typeof UpdateCanvasRequest>;

export const updateCanvas = defineRoute({
  id: 'canvas.update',
  method: 'PUT',
  path: '/api/canvas/:id',
  summary: 'Change a canvas',
  description:
    'Replaces the given blocks; the rest stays. Fails with CONFLICT where the canvas has moved on.',
  auth: user,
  params: canvasParams,
  body: UpdateCanvasRequest,
  bodyLimitBytes: 1024 * 1024,
  reply: data(Canvas),
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
  status: 204,
  reply: empty,
  errors: ['NOT_FOUND', 'DEPENDENCY_UNAVAILABLE'],
});
