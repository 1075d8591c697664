import { AppError, anonymous, anyone, data, defineRoute, headers } from '@valuecanvas/contracts-core';
import Type from 'typebox';
import { expect, test } from 'vitest';
import { serve, startInTest, words } from '../test-support/service-in-test.ts';
import { type ServerEvents, serverEvents, stream } from './stream.ts';

const described = { description: 'A field.' };
const Loaf = Type.Object({ name: Type.String(described) });
const route = defineRoute({
  ...words,
  id: 'test.bake',
  method: 'GET',
  path: '/test/bake',
  auth: anyone,
  reply: data(Loaf),
  events: { rising: Type.Object({ percent: Type.Number(described) }), done: Loaf },
});

/** Returns the response to which `tell` has sent events. */
async function told(tell: (events: ServerEvents<typeof route>) => void) {
  const service = await startInTest({
    routes: [
      serve(route, (call) => stream({}, async (sink) => tell(serverEvents<typeof route>(call, sink)))),
    ],
  });
  const response = await fetch(service.url + route.path, {
    headers: {
      [headers.identity]: await service.token(anonymous),
      [headers.requestId]: 'request-in-test',
    },
  });
  return { text: await response.text(), lines: service.lines };
}

test('each event has its name, an incrementing id and one line of JSON, and done is the last', async () => {
  const { text } = await told((events) => {
    void events.send('rising', { percent: 50 });
    events.done({ name: 'Rye\nand wheat' });
    void events.send('rising', { percent: 100 });
  });
  expect(text).toBe(
    'event: rising\nid: 1\ndata: {"percent":50}\n\nevent: done\nid: 2\ndata: {"name":"Rye\\nand wheat"}\n\n',
  );
});

test('an event may have an id from which its client resumes', async () => {
  const { text } = await told((events) => {
    void events.send('rising', { percent: 50 }, '1700-0');
    events.done({ name: 'Rye' });
  });
  expect(text).toMatch(/^event: rising\nid: 1700-0\n/);
});

const errorIn = (text: string) => JSON.parse(/^event: error\nid: 1\ndata: (.*)\n\n$/.exec(text)?.[1] ?? '');

test('a failure is sent in the usual envelope and ends the stream', async () => {
  const { text } = await told((events) =>
    events.fail(new AppError('LLM_UNAVAILABLE', { retryAfterSeconds: 3, internal: '10.0.0.7' })),
  );
  expect(errorIn(text)).toEqual({
    success: false,
    error: 'All LLM providers unavailable',
    message: 'No provider could serve the call. Retry later.',
    code: 'LLM_UNAVAILABLE',
    requestId: 'request-in-test',
    retryAfter: 3,
  });
});

test('an unexpected failure is INTERNAL_ERROR to the client and its type is logged', async () => {
  const { text, lines } = await told((events) => events.fail(new Error('password of vc_canvas is wrong')));
  expect(errorIn(text).code).toBe('INTERNAL_ERROR');
  expect(text).not.toContain('password');
  expect(lines).toContainEqual(
    expect.objectContaining({
      level: 'error',
      requestId: 'request-in-test',
      err: expect.objectContaining({ type: 'Error' }),
    }),
  );
});

test('a failure that the stream reports is sent in the usual envelope and not recorded', async () => {
  const { text, lines } = await told((events) => events.report(new AppError('LLM_TIMEOUT')));
  expect(errorIn(text)).toMatchObject({ code: 'LLM_TIMEOUT', requestId: 'request-in-test' });
  expect(lines.filter(({ level }) => level === 'error' || level === 'warn')).toEqual([]);
});
