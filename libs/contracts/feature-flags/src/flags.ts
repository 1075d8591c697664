import {
  data,
  defineRoute,
  empty,
  entityTagHeader,
  field,
  ifMatchHeader,
  list,
  listQuery,
  permission,
} from '@valuecanvas/contracts-core';
import Type from 'typebox';
import { CreateFlagRequest, Flag, FlagVersion, flagKey, UpdateFlagRequest } from './flag.ts';

const params = Type.Object({
  key: Type.String({ ...flagKey, examples: ['new_canvas_ui'] }),
});

export const listFlags = defineRoute({
  id: 'flags.list',
  method: 'GET',
  path: '/api/flags',
  summary: 'List flags',
  description: 'Lists all flags, ordered by key.',
  auth: permission('flags:read'),
  query: listQuery(),
  reply: list(Flag),
  errors: ['DEPENDENCY_UNAVAILABLE'],
});

export const createFlag = defineRoute({
  id: 'flags.create',
  method: 'POST',
  path: '/api/flags',
  summary: 'Create a flag',
  description: 'Creates a flag. Fails with CONFLICT if the key exists. The key evaluate is reserved.',
  auth: permission('flags:write'),
  body: CreateFlagRequest,
  example: {
    key: 'summer_menu',
    name: 'Summer menu',
    description: 'Shows the summer menu to users of the paid tiers.',
    enabled: true,
    rolloutPercentage: 25,
    targeting: { tiers: ['pro', 'enterprise'] },
  },
  status: 201,
  reply: data(Flag),
  errors: ['CONFLICT', 'DEPENDENCY_UNAVAILABLE'],
});

export const getFlag = defineRoute({
  id: 'flags.get',
  method: 'GET',
  path: '/api/flags/:key',
  summary: 'Get a flag',
  description: 'Returns a flag with all its settings.',
  auth: permission('flags:read'),
  params,
  reply: data(Flag),
  responseHeaders: entityTagHeader,
  errors: ['NOT_FOUND', 'DEPENDENCY_UNAVAILABLE'],
});

export const updateFlag = defineRoute({
  id: 'flags.update',
  method: 'PUT',
  path: '/api/flags/:key',
  summary: 'Update a flag',
  description:
    'Changes the given settings, everywhere within a second; { "enabled": false } is the kill switch. Fails with VALIDATION_FAILED if targeting could never match, or a variant of ai_model_selection names a model that no configured provider serves.',
  auth: permission('flags:write'),
  params,
  body: UpdateFlagRequest,
  example: { rolloutPercentage: 12.5 },
  requestHeaders: ifMatchHeader,
  reply: data(Flag),
  responseHeaders: entityTagHeader,
  errors: ['NOT_FOUND', 'CONFLICT', 'DEPENDENCY_UNAVAILABLE'],
});

export const deleteFlag = defineRoute({
  id: 'flags.delete',
  method: 'DELETE',
  path: '/api/flags/:key',
  summary: 'Delete a flag',
  description: 'Deletes a flag. Code that still evaluates it gets the default value that it passes.',
  auth: permission('flags:write'),
  params,
  requestHeaders: ifMatchHeader,
  status: 204,
  reply: empty,
  errors: ['NOT_FOUND', 'CONFLICT', 'DEPENDENCY_UNAVAILABLE'],
});

export const listFlagVersions = defineRoute({
  id: 'flags.listVersions',
  method: 'GET',
  path: '/api/flags/:key/versions',
  summary: 'List the versions of a flag',
  description:
    'Lists the settings of a flag after each change, newest first. The audit log names the authors.',
  auth: permission('flags:read'),
  params,
  query: listQuery(),
  reply: list(FlagVersion),
  errors: ['NOT_FOUND', 'DEPENDENCY_UNAVAILABLE'],
});

export const restoreFlagVersion = defineRoute({
  id: 'flags.restoreVersion',
  method: 'POST',
  path: '/api/flags/:key/versions/:version/restore',
  summary: 'Restore a version of a flag',
  description:
    'Gives a flag all settings of an earlier version, whether it was enabled included, as a new version. Fails with VALIDATION_FAILED if these settings are no longer possible.',
  auth: permission('flags:write'),
  params: Type.Object({
    key: Type.String({ ...flagKey, examples: ['new_canvas_ui'] }),
    version: field.ordinal('Version to restore.'),
  }),
  requestHeaders: ifMatchHeader,
  reply: data(Flag),
  responseHeaders: entityTagHeader,
  errors: ['NOT_FOUND', 'CONFLICT', 'DEPENDENCY_UNAVAILABLE'],
});
