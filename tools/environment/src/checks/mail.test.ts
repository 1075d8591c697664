import { startTestMailServer } from '@valuecanvas/testing';
import { expect, onTestFinished, test } from 'vitest';
import type { Configuration } from '../configurations.ts';
import { mailChecks } from './mail.ts';

const never = new AbortController().signal;

const services = (url?: string): Configuration[] =>
  (['gateway', 'job-worker'] as const).map((service) => ({
    service,
    values: url === undefined ? {} : { SMTP_URL: url },
  }));

test('a mail server that several services use is checked once, without sending a mail', async () => {
  const server = await startTestMailServer();
  onTestFinished(() => server.stop());
  const checks = mailChecks(services(server.url));
  expect(checks).toHaveLength(1);
  expect(await checks[0]?.run(never)).toBe(`${new URL(server.url).host} accepts the login`);
  expect(server.mails).toEqual([]);
});

test('a mail server that does not answer fails the check', async () => {
  const server = await startTestMailServer();
  await server.stop();
  const [check] = mailChecks(services(server.url));
  await expect(check?.run(never)).rejects.toMatchObject({ code: 'ESOCKET' });
});

test('without SMTP_URL nothing is checked', () => {
  expect(mailChecks(services())).toEqual([]);
});
