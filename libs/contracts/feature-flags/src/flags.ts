import { data, defineRoute, empty, field, list, permission } from '@valuecanvas/contracts-core';
import Type from 'typebox';
import { CreateFlagRequest, Flag, flagKey, keyPattern, UpdateFlagRequest } from './flag.ts';

const pageCursor = Type.String({
  pattern: keyPattern,
  description: 'The nextCursor of the page before; absent for the first page.',
});

const params = Type.Object({ key: flagKey });

export const listFlags = defineRoute({
  id: 'flags.list',
  method: 'GET',
  path: '/api/flags',
  summary: 'List flags',
  description: 'All flags, by key.',
  auth: permission('flags:read'),
  query: Type.Object({ cursor: Type.Optional(pageCursor), limit: field.pageLimit }),
  reply: list(Flag),
  errors: ['DEPENDENCY_UNAVAILABLE'],
});

export const createFlag = defineRoute({
  id: 'flags.create',
  method: 'POST',
  path: '/api/flags',
  summary: 'Create a flag',
  description: 'Fails with CONFLICT where the key is taken. No flag can be called evaluate.',
  auth: permission('flags:write'),
  body: CreateFlagRequest,
  status: 201,
  reply: data(Flag),
  errors: ['CONFLICT', 'DEPENDENCY_UNAVAILABLE'],
});

export const getFlag = defineRoute({
  id: 'flags.get',
  method: 'GET',
  path: '/api/flags/:key',
  summary: 'Read a flag',
  description: 'One flag with all its settings.',
  auth: permission('flags:read'),
  params,
  reply: data(Flag),
  errors: ['NOT_FOUND', 'DEPENDENCY_UNAVAILABLE'],
});

export const updateFlag = defineRoute({
  id: 'flags.update',
  method: 'PUT',
  path: '/api/flags/:key',
  summary: 'Change a flag',
  description:
    'Changes the given settings, everywhere within a second; { "enabled": false } is the kill switch.',
  auth: permission('flags:write'),
  params,
  body: UpdateFlagRequest,
  reply: data(Flag),
  errors: ['NOT_FOUND', 'DEPENDENCY_UNAVAILABLE'],
});

export const deleteFlag = defineRoute({
  id: 'flags.delete',
  method: 'DELETE',
  path: '/api/flags/:key',
  summary: 'Delete a flag',
  description: 'Code that still asks for it gets its own default.',
  auth: permission('flags:write'),
  params,
  status: 204,
  reply: empty,
  errors: ['NOT_FOUND', 'DEPENDENCY_UNAVAILABLE'],
});
