import { createHmac, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Notification, UserPrincipal } from '@valuecanvas/contracts-core';
import { acrossUsers, recordNotification } from '@valuecanvas/postgres';
import {
  startSeverableLink,
  startTestMailServer,
  type TestService,
  userPrincipal,
} from '@valuecanvas/testing';
import { v7 as uuidv7 } from 'uuid';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { createDeliverer } from '../src/notifications/deliver.ts';
import { createNotificationsStore } from '../src/notifications/notifications.store.ts';
import { usePlatform } from './support/platform.ts';

const platform = usePlatform();

beforeEach(async () => {
  await platform.database.query('truncate vc_private.notifications, backup_logs cascade');
  await platform.database.query(
    `insert into backup_logs (id, kind, status) values (gen_random_uuid(), 'backup', 'succeeded')`,
  );
});

const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

/** A receiver that gives the answers in turn and then 204, with the requests that it got. */
async function receiver(...answers: ((response: ServerResponse) => void)[]) {
  const requests: { readonly headers: IncomingHttpHeaders; readonly body: string }[] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    requests.push({ headers: request.headers, body });
    const answer = answers.shift();
    if (answer) answer(response);
    else response.writeHead(204).end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return { requests, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook` };
}

const settingsFor = (url: string) => ({
  NOTIFICATION_WEBHOOK_URL: url,
  NOTIFICATION_WEBHOOK_SECRET: secret,
  NOTIFICATION_ALLOW_PRIVATE_TARGETS: 'true',
  NOTIFICATION_POLL_MS: '50',
});

async function notify(fields: Partial<Notification> = {}): Promise<Notification> {
  const notification: Notification = {
    id: uuidv7(),
    key: randomUUID(),
    kind: 'platform.cost-alert',
    severity: 'critical',
    title: 'Spending has reached a threshold',
    message: 'The platform has spent $50.00 & more.',
    details: { period: 'hour', actual: 50 },
    occurredAt: '2026-12-03T07:00:00.000Z',
    ...fields,
  };
  await acrossUsers(platform.connect(), (tx) => recordNotification(tx, notification));
  return notification;
}

const deliveries = () =>
  platform.database.query<{
    channel: string;
    attempts: number;
    last_error: string | null;
    is_delivered: boolean;
    has_failed: boolean;
  }>(
    `select channel, attempts, last_error, delivered_at is not null as is_delivered, failed_at is not null as has_failed
     from vc_private.notification_deliveries order by channel`,
  );

test('a notification reaches the webhook with a signature that its receiver can verify, and is sent once', async () => {
  const { url, requests } = await receiver();
  const { id } = await notify({ key: 'same' });
  await notify({ key: 'same' });
  await Promise.all([platform.start(settingsFor(url)), platform.start(settingsFor(url))]);
  await expect
    .poll(deliveries)
    .toEqual([{ channel: 'webhook', attempts: 1, last_error: null, is_delivered: true, has_failed: false }]);
  expect(requests).toHaveLength(1);
  const { headers, body } = requests[0] ?? { headers: {}, body: '' };
  expect(headers['webhook-id']).toBe(id);
  expect(Math.abs(Number(headers['webhook-timestamp']) - Date.now() / 1_000)).toBeLessThan(300);
  const signed = `${id}.${headers['webhook-timestamp']}.${body}`;
  const expected = createHmac('sha256', Buffer.alloc(32, 7)).update(signed).digest('base64');
  expect(headers['webhook-signature']).toBe(`v1,${expected}`);
  expect(JSON.parse(body)).toEqual({
    type: 'platform.cost-alert',
    timestamp: '2026-12-03T07:00:00.000Z',
    data: {
      severity: 'critical',
      title: 'Spending has reached a threshold',
      message: 'The platform has spent $50.00 & more.',
      period: 'hour',
      actual: 50,
    },
  });
});

test('Slack receives the text, with its control characters escaped', async () => {
  const { url, requests } = await receiver();
  await notify();
  const { NOTIFICATION_WEBHOOK_URL: _, ...settings } = settingsFor(url);
  await platform.start({ ...settings, SLACK_WEBHOOK_URL: url });
  await expect.poll(() => requests.length).toBe(1);
  expect(JSON.parse(requests[0]?.body ?? '')).toEqual({
    text: ':rotating_light: *Spending has reached a threshold*\nThe platform has spent $50.00 &amp; more.',
  });
});

test('an event for programs goes to the webhook only', async () => {
  await notify({ kind: 'prompt.label-moved' });
  await notify({ kind: 'prompt.move-proposed' });
  const store = createNotificationsStore(platform.connect());
  await store.dispatch(['webhook', 'slack']);
  const addressed = await platform.database.query(
    `select kind, channel from vc_private.notification_deliveries
     join vc_private.notifications on id = notification_id order by kind, channel`,
  );
  expect(addressed).toEqual([
    { kind: 'prompt.label-moved', channel: 'webhook' },
    { kind: 'prompt.move-proposed', channel: 'slack' },
    { kind: 'prompt.move-proposed', channel: 'webhook' },
  ]);
});

/** A deliverer in this process, with what it logs. */
function delivererIn(url: (signal: AbortSignal) => Promise<void>, delaysMs: readonly number[]) {
  const logged: string[] = [];
  const log = {
    warn: (_: object, message: string) => void logged.push(message),
    error: (_: object, message: string) => void logged.push(`ERROR ${message}`),
  };
  const store = createNotificationsStore(platform.connect());
  const channels = new Map([['webhook', (_: unknown, signal: AbortSignal) => url(signal)]]);
  return { store, logged, round: createDeliverer({ store, channels, delaysMs, log }) };
}

const never = new AbortController().signal;

test('failed attempts are repeated with the same ID, and end after the last delay', async () => {
  await notify();
  let attempts = 0;
  const { round, logged } = delivererIn(async () => {
    attempts += 1;
    throw new Error('The target answered 500.');
  }, [0, 0]);
  for (let turn = 0; turn < 5; turn += 1) await round(never);
  expect(attempts).toBe(3);
  expect(await deliveries()).toEqual([
    {
      channel: 'webhook',
      attempts: 3,
      last_error: 'The target answered 500.',
      is_delivered: false,
      has_failed: true,
    },
  ]);
  expect(logged).toEqual([
    'notifications: delivery failed',
    'notifications: delivery failed',
    'ERROR notifications: delivery given up',
  ]);
});

test('a receiver that answers 500 gets the notification again from the service', async () => {
  const { url, requests } = await receiver((response) => response.writeHead(500).end());
  const { id } = await notify();
  await platform.start(settingsFor(url));
  await expect.poll(deliveries).toMatchObject([{ last_error: 'The target answered 500.' }]);
  await platform.database.query('update vc_private.notification_deliveries set next_attempt_at = now()');
  await expect.poll(deliveries).toMatchObject([{ attempts: 2, is_delivered: true }]);
  expect(requests.map(({ headers }) => headers['webhook-id'])).toEqual([id, id]);
});

test('a delay is kept before a failed attempt is repeated', async () => {
  await notify();
  let attempts = 0;
  const { round } = delivererIn(async () => {
    attempts += 1;
    throw new Error('no');
  }, [3_600_000]);
  for (let turn = 0; turn < 3; turn += 1) await round(never);
  expect(attempts).toBe(1);
});

test('the delivery of a replica that died is claimed by another one after its lease, and not before', async () => {
  await notify();
  const { store } = delivererIn(async () => undefined, []);
  await store.dispatch(['webhook']);
  expect(await store.claim(['webhook'], 10, 60_000)).toHaveLength(1);
  expect(await store.claim(['webhook'], 10, 60_000)).toEqual([]);
  await platform.database.query('update vc_private.notification_deliveries set next_attempt_at = now()');
  const other = delivererIn(async () => undefined, []);
  await other.round(never);
  expect(await deliveries()).toMatchObject([{ attempts: 2, is_delivered: true }]);
});

test('a service that stops during an attempt leaves it to the next one at once', async () => {
  const { url, requests } = await receiver(() => undefined);
  await notify();
  const first = await platform.start(settingsFor(url));
  await expect.poll(() => requests.length).toBe(1);
  await first.stop();
  await platform.start(settingsFor(url));
  await expect.poll(deliveries).toMatchObject([{ attempts: 2, is_delivered: true }]);
  expect(new Set(requests.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
});

test('a redirect to a private address is not followed, and a private target is refused without the setting', async () => {
  const hidden = await receiver();
  const { url } = await receiver((response) => response.writeHead(302, { location: hidden.url }).end());
  await notify();
  const redirected = await platform.start(settingsFor(url));
  await expect.poll(deliveries).toMatchObject([{ last_error: 'The target answered 302.' }]);
  await redirected.stop();
  await platform.database.query('update vc_private.notification_deliveries set next_attempt_at = now()');
  await platform.start({
    ...settingsFor(hidden.url.replace('http:', 'https:')),
    NOTIFICATION_ALLOW_PRIVATE_TARGETS: 'false',
  });
  await expect.poll(deliveries).toMatchObject([{ last_error: 'The target is not a public address.' }]);
  expect(hidden.requests).toEqual([]);
});

test('a channel that is configured later receives no notification of earlier days', async () => {
  const { url, requests } = await receiver();
  const { id } = await notify();
  await platform.database.query(
    `update vc_private.notifications set created_at = now() - interval '25 hours' where id = '${id}'`,
  );
  const recent = await notify();
  await platform.start(settingsFor(url));
  await expect.poll(() => requests.map(({ headers }) => headers['webhook-id'])).toEqual([recent.id]);
});

test('notifications are delivered while Redis is unavailable', async () => {
  const { url, requests } = await receiver();
  await notify();
  await platform.start({ ...settingsFor(url), REDIS_URL: 'redis://127.0.0.1:1' });
  await expect.poll(() => requests.length).toBe(1);
});

test('a service with a webhook but no secret does not start, and says what is missing', async () => {
  const { NOTIFICATION_WEBHOOK_SECRET: _, ...settings } = settingsFor('https://example.com/');
  await expect(platform.start(settings)).rejects.toThrow(
    'NOTIFICATION_WEBHOOK_SECRET is required with NOTIFICATION_WEBHOOK_URL.',
  );
});

test('a mail reaches the configured address', async () => {
  const server = await startTestMailServer();
  onTestFinished(() => server.stop());
  const { id } = await notify();
  const mail = { SMTP_URL: server.url, EMAIL_FROM: 'ValueCanvas <no-reply@example.com>' };
  await platform.start({ ...mail, ALERT_EMAIL: 'on-call@example.com', NOTIFICATION_POLL_MS: '50' });
  await expect
    .poll(() => server.mails)
    .toMatchObject([
      {
        to: ['on-call@example.com'],
        subject: '[critical] Spending has reached a threshold',
        text: expect.stringContaining(`ID: ${id}`),
      },
    ]);
});

test('a platform without a recent backup says so on its channels, once for several replicas', async () => {
  await platform.database.query('truncate backup_logs');
  const { url, requests } = await receiver();
  await Promise.all([platform.start(settingsFor(url)), platform.start(settingsFor(url))]);
  await expect.poll(() => requests.length).toBe(1);
  expect(JSON.parse(requests[0]?.body ?? '')).toMatchObject({
    type: 'backup.overdue',
    data: { severity: 'critical', message: 'No backup has ever succeeded.' },
  });
  expect(await platform.database.query('select from vc_private.notifications')).toHaveLength(1);
});

const operator = userPrincipal({ role: 'operator' });
const listFrom = async (service: TestService, query = '') =>
  (await service.request(`/api/admin/notifications${query}`, { as: operator })).body;
const redeliver = (service: TestService, id: string, as: UserPrincipal = operator) =>
  service.request(`/api/admin/notifications/${id}/redeliver`, { method: 'POST', as });
const redeliveries = (id: string) =>
  platform.database.query(
    `select actor_id, action, before, after from vc_private.audit_log
     where target_kind = 'notification' and subject = '${id}'`,
  );

test('operators list notifications with their deliveries, newest first, by state and page', async () => {
  const { url } = await receiver((response) => response.writeHead(500).end());
  const first = await notify();
  const service = await platform.start(settingsFor(url));
  await expect.poll(deliveries).toMatchObject([{ attempts: 1, last_error: 'The target answered 500.' }]);
  const second = await notify({ kind: 'jobs.dead-letter', severity: 'warning' });
  await expect.poll(deliveries).toContainEqual(expect.objectContaining({ is_delivered: true }));
  const { key: _, ...shown } = second;
  const delivered = { channel: 'webhook', status: 'delivered', attempts: 1, deliveredAt: expect.any(String) };
  const all = await listFrom(service, '?limit=1');
  expect(all.data).toEqual([{ ...shown, deliveries: [delivered] }]);
  expect((await listFrom(service, `?limit=1&cursor=${all.pagination.nextCursor}`)).data).toMatchObject([
    {
      id: first.id,
      deliveries: [
        { channel: 'webhook', status: 'waiting', attempts: 1, lastError: 'The target answered 500.' },
      ],
    },
  ]);
  expect((await listFrom(service, '?status=waiting')).data).toMatchObject([{ id: first.id }]);
  expect((await listFrom(service, '?status=failed')).data).toEqual([]);
});

test('an operator sends a failed notification again, once, and the audit log names the operator', async () => {
  const { url, requests } = await receiver((response) => response.writeHead(500).end());
  const { id } = await notify();
  const service = await platform.start(settingsFor(url));
  await expect.poll(deliveries).toMatchObject([{ last_error: 'The target answered 500.' }]);
  await platform.database.query(
    'update vc_private.notification_deliveries set failed_at = now(), attempts = 12',
  );
  expect((await listFrom(service, '?status=failed')).data).toMatchObject([
    { id, deliveries: [{ status: 'failed', attempts: 12, failedAt: expect.any(String) }] },
  ]);
  expect(await redeliver(service, id)).toMatchObject({
    status: 200,
    body: { data: { id, deliveries: [{ channel: 'webhook', status: 'waiting', attempts: 0 }] } },
  });
  await expect.poll(deliveries).toMatchObject([{ attempts: 1, is_delivered: true, last_error: null }]);
  expect(requests.map(({ headers }) => headers['webhook-id'])).toEqual([id, id]);
  expect(await redeliver(service, id)).toMatchObject({
    status: 200,
    body: { data: { deliveries: [{ status: 'delivered' }] } },
  });
  expect(requests).toHaveLength(2);
  expect(await redeliveries(id)).toEqual([
    {
      actor_id: operator.userId,
      action: 'notifications.redeliver',
      before: [{ channel: 'webhook', status: 'failed', attempts: 12 }],
      after: [{ channel: 'webhook', status: 'waiting', attempts: 0 }],
    },
  ]);
});

test('a notification that waits hours for its retry is sent again at once', async () => {
  const { url } = await receiver((response) => response.writeHead(500).end());
  const { id } = await notify();
  const service = await platform.start(settingsFor(url));
  await expect.poll(deliveries).toMatchObject([{ last_error: 'The target answered 500.' }]);
  await platform.database.query(
    `update vc_private.notification_deliveries set next_attempt_at = now() + interval '8 hours'`,
  );
  await redeliver(service, id);
  await expect.poll(deliveries).toMatchObject([{ attempts: 1, is_delivered: true }]);
});

test('the failure of an attempt that a redelivery has overtaken does not end the delivery', async () => {
  await notify();
  const { store } = delivererIn(async () => undefined, []);
  await store.dispatch(['webhook']);
  const [overtaken] = await store.claim(['webhook'], 1, 60_000);
  await platform.database.query(
    'update vc_private.notification_deliveries set attempts = 0, next_attempt_at = now()',
  );
  if (!overtaken) throw new Error('Nothing was claimed.');
  await store.markFailed(overtaken, 'late', undefined);
  expect(await deliveries()).toMatchObject([{ attempts: 0, last_error: null, has_failed: false }]);
});

test('an unknown notification is not found, and users neither read nor send notifications', async () => {
  const service = await platform.start();
  const { id } = await notify();
  const user = userPrincipal();
  expect(await redeliver(service, randomUUID())).toMatchObject({ status: 404, body: { code: 'NOT_FOUND' } });
  expect(await redeliver(service, id, user)).toMatchObject({ status: 403 });
  expect(await service.request('/api/admin/notifications', { as: user })).toMatchObject({ status: 403 });
});

test('while PostgreSQL is unavailable, both routes answer 503', async () => {
  const link = await startSeverableLink(platform.database.urlFor('job-worker'));
  const service = await platform.start({ DATABASE_URL: link.url });
  const { id } = await notify();
  await link.cut();
  const unavailable = { status: 503, body: { code: 'DEPENDENCY_UNAVAILABLE' } };
  expect(await redeliver(service, id)).toMatchObject(unavailable);
  expect(await service.request('/api/admin/notifications', { as: operator })).toMatchObject(unavailable);
});

test('metrics name the undelivered notifications of each configured channel, zeros included', async () => {
  await notify();
  await notify();
  const { store } = delivererIn(async () => undefined, []);
  await store.dispatch(['webhook', 'mail']);
  await platform.database.query(
    `update vc_private.notifications set created_at = now() - interval '30 minutes';
     update vc_private.notification_deliveries set delivered_at = now() where channel = 'mail';
     update vc_private.notification_deliveries set failed_at = now()
     where (notification_id, channel) in (
       select notification_id, channel from vc_private.notification_deliveries where channel = 'webhook' limit 1
     )`,
  );
  const counts = await store.countUndelivered(['webhook', 'mail', 'slack']);
  const none = { waiting: 0, failed: 0, oldestWaitingSeconds: 0 };
  expect(Object.fromEntries(counts.map(({ channel, ...count }) => [channel, count]))).toEqual({
    webhook: { waiting: 1, failed: 1, oldestWaitingSeconds: expect.closeTo(1_800, -2) },
    mail: none,
    slack: none,
  });
});
