import { defineRoute, empty, raw, services, user } from '@valuecanvas/contracts-core';
import Type from 'typebox';
import { expect, test } from 'vitest';
import { words } from '../test-support/service-in-test.ts';
import { createAllowedMethods } from './no-route.ts';

const thing = {
  ...words,
  path: '/things/:id',
  auth: user,
  params: Type.Object({ id: Type.String() }),
  reply: empty,
};
const allowedMethods = createAllowedMethods([
  defineRoute({ ...thing, id: 'thing.get', method: 'GET' }),
  defineRoute({ ...thing, id: 'thing.delete', method: 'DELETE' }),
  defineRoute({ ...thing, id: 'thing.restore', method: 'POST', path: '/things/:id/restore' }),
  defineRoute({ ...thing, id: 'thing.sync', method: 'POST', path: '/things/:id', auth: services('canvas') }),
  defineRoute({
    ...words,
    id: 'thing.watch',
    method: 'GET',
    path: '/things/watch',
    auth: user,
    reply: raw(Type.Unknown()),
    events: { changed: Type.Unknown() },
  }),
  defineRoute({ ...thing, id: 'file.get', method: 'GET', path: '/files/:id*' }),
]);

test.each([
  ['/things/1', 'DELETE, GET, HEAD'],
  ['/things/1/restore', 'POST'],
  ['/things/watch', 'DELETE, GET, HEAD'],
  ['/things/', ''],
  ['/things', ''],
  ['/things/1/', ''],
  ['/thingsx1', ''],
  ['/', ''],
  ['/files/a', 'GET, HEAD'],
  ['/files/a/b', 'GET, HEAD'],
  ['/files/', 'GET, HEAD'],
  ['/files', ''],
])('%s allows %j', (path, methods) => {
  expect(allowedMethods(path)).toBe(methods);
});
