import { AppError, anyone, data, defineRoute } from '@valuecanvas/contracts-core';
import Type from 'typebox';
import { expect, test } from 'vitest';
import { startCaptureServer } from '../test-support/capture-server.ts';
import { serve, startInTest, words } from '../test-support/service-in-test.ts';
import { createErrorReporter } from './error-reporter.ts';

test('an unexpected error is reported with its operation and request id, an AppError is not', async () => {
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
      failing(
        'unavailable',
        new AppError('DEPENDENCY_UNAVAILABLE', { internal: 'the glass is unavailable' }),
      ),
    ],
    environment: { SENTRY_DSN: `http://key@127.0.0.1:${sentry.port}/1`, SENTRY_ENVIRONMENT: 'in-test' },
  });
  const user = { kind: 'user', userId: 'ada', tier: 'free', role: 'user', permissions: [] } as const;
  for (const path of ['expected', 'unavailable', 'unexpected'])
    await service.request(`/test/${path}`, { as: user, headers: { 'x-request-id': `request-${path}` } });
  await service.stop();
  const events = sentry.bodies.filter((body) => body.includes('"type":"event"'));
  expect(events).toHaveLength(1);
  for (const part of ['error-reporter.test.ts', 'test.unexpected', 'request-unexpected', 'in-test'])
    expect(events[0]).toContain(part);
  expect(events[0]).toContain(`"user":{"id":"${user.userId}"}`);
  // Messages repeat input.
  expect(events[0]).not.toContain('the glass is broken');
});

test('error reporting does not change outgoing requests', async () => {
  const [sentry, other] = [await startCaptureServer(), await startCaptureServer()];
  const reporter = await createErrorReporter({
    dsn: `http://key@127.0.0.1:${sentry.port}/1`,
    environment: 'in-test',
    service: 'canvas',
    release: '1',
  });
  reporter.report(new Error('x'), {});
  await fetch(`http://127.0.0.1:${other.port}`, { method: 'POST', body: '{}' });
  await reporter.flush(2_000);
  expect(sentry.bodies).toHaveLength(1);
  const names = Object.keys(other.headers[0] ?? {});
  expect(names).toContain('user-agent');
  for (const name of ['traceparent', 'tracestate', 'baggage', 'sentry-trace'])
    expect(names).not.toContain(name);
});
