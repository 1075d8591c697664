import {
  data,
  defineRoute,
  field,
  list,
  listQuery,
  Notification,
  permission,
} from '@valuecanvas/contracts-core';
import Type, { type Static } from 'typebox';

/** Channels on which operators are notified, as the environment configures them. */
export const notificationChannels = ['webhook', 'slack', 'mail'] as const;
export type NotificationChannel = (typeof notificationChannels)[number];

const deliveryStatuses = ['waiting', 'delivered', 'failed'] as const;
const deliveryStatus = Type.Enum(deliveryStatuses, {
  description: 'waiting: due or between attempts. failed: the attempts are used up.',
});
export type DeliveryStatus = (typeof deliveryStatuses)[number];

const Delivery = Type.Object({
  channel: Type.String({ description: `The channel: ${notificationChannels.join(', ')}.` }),
  status: deliveryStatus,
  attempts: field.count('Attempts so far, counted from the latest redelivery.'),
  lastError: Type.Optional(Type.String({ description: 'Reason of the latest failed attempt.' })),
  nextAttemptAt: Type.Optional(field.timestamp('Time of the next attempt. Only while waiting.')),
  deliveredAt: Type.Optional(field.timestamp('Time at which the receiver accepted it.')),
  failedAt: Type.Optional(field.timestamp('Time of the last attempt, after which none follows.')),
});

const { id, severity, title, message, details, occurredAt } = Notification.properties;

/** A notification of operators with its deliveries. */
export const SentNotification = Type.Object(
  {
    id,
    // Newer releases have more kinds.
    kind: Type.String({ description: 'Kind of the event, such as platform.cost-alert.' }),
    severity,
    title,
    message,
    details,
    occurredAt,
    deliveries: Type.Array(Delivery, {
      description: 'One per channel that was configured at the time. Empty without a channel.',
    }),
  },
  { title: 'SentNotification', description: 'A notification of operators with its deliveries.' },
);
export type SentNotification = Static<typeof SentNotification>;

export const listNotifications = defineRoute({
  id: 'notifications.list',
  method: 'GET',
  path: '/api/admin/notifications',
  summary: 'List notifications of operators',
  description: 'Lists the notifications of the last 90 days with their deliveries, newest first.',
  auth: permission('notifications:read'),
  query: listQuery({
    status: Type.Optional(
      Type.Enum(deliveryStatuses, {
        description: 'Only notifications with a delivery in this state. failed: the attempts are used up.',
      }),
    ),
  }),
  reply: list(SentNotification),
  errors: ['DEPENDENCY_UNAVAILABLE'],
});

export const redeliverNotification = defineRoute({
  id: 'notifications.redeliver',
  method: 'POST',
  path: '/api/admin/notifications/:id/redeliver',
  summary: 'Send a notification again',
  description:
    'Attempts all deliveries of the notification that have failed, or that wait for a retry, again at once, with a full set of retries. Receivers get the same ID. Without such deliveries nothing changes. Recorded in the audit log.',
  auth: permission('notifications:write'),
  params: Type.Object({ id: field.uuid('ID of the notification.') }),
  reply: data(SentNotification),
  errors: ['NOT_FOUND', 'DEPENDENCY_UNAVAILABLE'],
});
