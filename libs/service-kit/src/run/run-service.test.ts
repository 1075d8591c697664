import { expect, test } from 'vitest';
import { startCaptureServer } from '../test-support/capture-server.ts';
import { runInTest } from '../test-support/process-in-test.ts';

test('SIGTERM stops a service in order, with exit code 0', async () => {
  const process = runInTest();
  const { url } = await process.logged('started');
  expect((await fetch(`${url}/test/hello`)).status).toBe(200);
  process.child.kill('SIGTERM');
  expect(await process.ended).toEqual({ code: 0, stderr: '' });
  await process.logged('stopping');
});

test('a second signal ends a stopping service at once, with exit code 1', async () => {
  const process = runInTest({ SHUTDOWN_GRACE_MS: '60000' });
  const { url } = await process.logged('started');
  fetch(`${url}/test/hang`).catch(() => undefined);
  await process.logged('hanging');
  process.child.kill('SIGINT');
  await process.logged('stopping');
  process.child.kill('SIGINT');
  expect((await process.ended).code).toBe(1);
});

test('an invalid environment ends the process with code 1 and all errors on stderr', async () => {
  const process = runInTest({ PORT: 'x', NAME: 'A' });
  const { code, stderr } = await process.ended;
  expect(code).toBe(1);
  expect(stderr).toMatch(/^Invalid configuration:\n {2}- PORT .+\n {2}- NAME .+\n$/);
});

test('a service stops in order when its parent process has ended', async () => {
  const process = runInTest();
  await process.logged('started');
  process.child.disconnect();
  expect((await process.ended).code).toBe(0);
});

test.each([
  ['crash', 'uncaught exception'],
  ['reject', 'unhandled rejection'],
])(
  'after a %s the service logs and reports it, finishes running work and exits with code 1',
  async (path, message) => {
    const sentry = await startCaptureServer();
    const process = runInTest({ SENTRY_DSN: `http://key@127.0.0.1:${sentry.port}/1` });
    const { url } = await process.logged('started');
    await fetch(`${url}/test/${path}`, { method: 'POST' });
    expect((await process.ended).code).toBe(1);
    expect(await process.logged(message)).toMatchObject({
      level: 'fatal',
      err: { type: 'Error', stack: expect.stringContaining('service-process.ts') },
    });
    expect(sentry.bodies.join()).toContain('service-process.ts');
  },
);
