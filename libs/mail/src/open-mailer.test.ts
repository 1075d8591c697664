import { startTestMailServer, type TestMailServer } from '@valuecanvas/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Mailer, openMailer } from './open-mailer.ts';
import { mailFaults } from './variables.ts';

let server: TestMailServer;
let mailer: Mailer;

beforeEach(async () => {
  server = await startTestMailServer();
  mailer = open(server.url);
});
afterEach(() => server.stop());

function open(url: string): Mailer {
  const opened = openMailer({ SMTP_URL: url, EMAIL_FROM: 'ValueCanvas <no-reply@example.com>' }, [1, 1]);
  if (!opened) throw new Error('no mailer');
  return opened;
}

const mail = { to: 'ada@example.com', subject: 'Grüße', text: `Line one\n\n${'long '.repeat(40)}\nEnd ✓` };

test('a mail arrives with its sender, recipient and text, whatever characters and lengths it has', async () => {
  await mailer.send(mail);
  expect(server.mails).toHaveLength(1);
  expect(server.mails[0]).toMatchObject({ from: 'no-reply@example.com', to: ['ada@example.com'] });
  expect(server.mails[0]?.text.trimEnd()).toBe(mail.text);
});

test('an address cannot smuggle in further recipients or header lines', async () => {
  for (const to of ['ada@example.com, eve@example.com', 'ada@example.com\r\nBcc: eve@example.com']) {
    await mailer.send({ ...mail, to }).catch(() => undefined);
  }
  expect(server.mails.flatMap(({ to }) => to)).not.toContain('eve@example.com');
});

test('a temporary refusal is retried, and the mail arrives once', async () => {
  server.refuse(451, 421);
  await mailer.send(mail);
  expect(server.mails).toHaveLength(1);
});

test('a final refusal is not retried', async () => {
  server.refuse(550);
  await expect(mailer.send(mail)).rejects.toMatchObject({ responseCode: 550 });
  expect(server.mails).toHaveLength(0);
});

test('an unavailable server is an error once the retries are used up', async () => {
  await server.stop();
  await expect(mailer.send(mail)).rejects.toMatchObject({ code: 'ESOCKET' });
  server = await startTestMailServer();
});

test('without SMTP_URL there is no mailer', () => {
  expect(openMailer({})).toBeUndefined();
});

test.each([
  [{}, 0],
  [{ SMTP_URL: 'smtp://localhost', EMAIL_FROM: 'A <a@example.com>' }, 0],
  [{ SMTP_URL: 'smtp://localhost' }, 1],
  [{ SMTP_URL: 'https://localhost', EMAIL_FROM: 'nobody' }, 2],
])('%j has %i faults', (config, count) => {
  expect(mailFaults(config)).toHaveLength(count);
});
