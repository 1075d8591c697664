import type { Notification } from '@valuecanvas/contracts-core';
import type { NotificationChannel } from '@valuecanvas/contracts-job-worker';
import type { Mail, Mailer } from '@valuecanvas/mail';
import { signatureHeaders, type WebhookSender } from '@valuecanvas/webhooks';
import type { JobWorkerConfig } from '../config.ts';
import { type StoredNotification, webhookChannel } from './notifications.store.ts';

/** Delivers a notification once. Rejects if the receiver has not accepted it. */
export type Channel = (notification: StoredNotification, signal: AbortSignal) => Promise<void>;

/** The channels that the environment configures, by name. */
export function channelsOf(
  config: Pick<
    JobWorkerConfig,
    'NOTIFICATION_WEBHOOK_URL' | 'NOTIFICATION_WEBHOOK_SECRET' | 'SLACK_WEBHOOK_URL' | 'ALERT_EMAIL'
  >,
  parts: {
    readonly sender: WebhookSender;
    readonly mailer: Mailer | undefined;
    readonly now: () => number;
  },
): ReadonlyMap<NotificationChannel, Channel> {
  const { sender, mailer, now } = parts;
  const channels = new Map<NotificationChannel, Channel>();
  const { NOTIFICATION_WEBHOOK_URL: url, NOTIFICATION_WEBHOOK_SECRET: secret } = config;
  if (url !== undefined && secret !== undefined) {
    channels.set(webhookChannel, (notification, signal) => {
      const body = JSON.stringify(toEvent(notification));
      const headers = signatureHeaders({ id: notification.id, body, at: new Date(now()) }, secret);
      return sender.post(url, { body, headers }, signal);
    });
  }
  const { SLACK_WEBHOOK_URL: slack } = config;
  if (slack !== undefined) {
    channels.set('slack', (notification, signal) =>
      sender.post(slack, { body: JSON.stringify({ text: toSlackText(notification) }) }, signal),
    );
  }
  const { ALERT_EMAIL: to } = config;
  if (to !== undefined && mailer) {
    channels.set('mail', (notification, signal) => mailer.send(toMail(notification, to), signal));
  }
  return channels;
}

/** The payload that Standard Webhooks recommends: type, time of the event, and data. */
function toEvent({ kind, severity, title, message, details, occurred_at }: StoredNotification) {
  return {
    type: kind,
    timestamp: occurred_at.toISOString(),
    // `record_notification` writes what a service passes as a Notification.
    data: { severity, title, message, ...(details as Notification['details']) },
  };
}

const icons = { info: ':information_source:', warning: ':warning:', critical: ':rotating_light:' } as const;

function toSlackText({ severity, title, message }: StoredNotification): string {
  return `${icons[severity]} *${escaped(title)}*\n${escaped(message)}`;
}

/** Slack reads these three characters as control characters. */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function toMail({ id, kind, severity, title, message, occurred_at }: StoredNotification, to: string): Mail {
  const facts = `Event: ${kind}\nTime: ${occurred_at.toISOString()}\nID: ${id}\n`;
  return { to, subject: `[${severity}] ${title}`, text: `${message}\n\n${facts}` };
}
