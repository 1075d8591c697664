import { anyone, data, defineRoute } from '@valuecanvas/contracts-core';
import Type from 'typebox';
import { expect, test } from 'vitest';
import { serve, startInTest, words } from '../test-support/service-in-test.ts';

const route = defineRoute({
  ...words,
  id: 'test.negotiate',
  method: 'PATCH',
  path: '/test/negotiate',
  auth: anyone,
  reply: data(Type.String({ description: 'The selected type.' })),
});

test.each([
  ['*/*', 'application/json'],
  ['text/event-stream', 'text/event-stream'],
  ['text/event-stream;q=0.5, application/json', 'application/json'],
  ['application/json;q=0.1, text/event-stream;q=0.2', 'text/event-stream'],
  ['application/json;q=0, */*', 'text/event-stream'],
  ['text/*', 'text/event-stream'],
  ['image/png', 'none'],
])('of JSON and events, %s gets %s', async (accept, chosen) => {
  const service = await startInTest({
    routes: [serve(route, (call) => call.accepts('application/json', 'text/event-stream') ?? 'none')],
  });
  const { body } = await service.request(route.path, { method: 'PATCH', headers: { accept } });
  expect(body.data).toBe(chosen);
});
