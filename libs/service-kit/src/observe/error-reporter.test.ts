import { AppError, anyone, data, defineRoute } from '@valuecanvas/contracts-core';
import Type from 'typebox';
import { expect, test } from 'vitest';
import { startCaptureServer } from '../test-support/capture-server.ts';
import { serve, startInTest, words } from '../test-support/service-in-test.ts';

test('what nobody expected is reported with its operation and request; what was thrown on purpose is not', async () => {
  const sentry = await startCaptureServer();
  const failing = (name: string, error: Error) => {
    const route = defineRoute({
      ...words,
      id: `test.${name}`,
      method: 'GET',
      path: `/test/${name}`,
      auth: anyone,
      reply: data(Type.String({ description: 'Nothing.' })),
    });
    return serve(route, () => {
      throw error;
    });
  };
  const service = await startInTest({
    routes: [
      failing('unexpected', new Error('the glass is broken')),
      failing('expected', new AppError('CONFLICT', { message: 'the glass is taken' })),
      failing('away', new AppError('DEPENDENCY_UNAVAILABLE', { internal: 'the glass is away' })),
    ],
    environment: { SENTRY_DSN: `http://key@127.0.0.1:${sentry.port}/1`, SENTRY_ENVIRONMENT: 'in-test' },
  });
  for (const path of ['expected', 'away', 'unexpected'])
    await service.request(`/test/${path}`, { headers: { 'x-request-id': `request-${path}` } });
  await service.stop();
  const events = sentry.bodies.filter((body) => body.includes('"type":"event"'));
  expect(events).toHaveLength(1);
  for (const part of ['the glass is broken', 'test.unexpected', 'request-unexpected', 'in-test'])
    expect(events[0]).toContain(part);
});
