import Type, { type Static } from 'typebox';
import * as field from './fields.ts';

/** Kinds of notifications. `docs/notifications.md` describes each for receivers. */
const notificationKinds = [
  'platform.cost-alert',
  'user.cost-alert',
  'prompt.canary-rolled-back',
  'prompt.version-created',
  'prompt.label-moved',
  'prompt.move-proposed',
  'provider.breaker-opened',
  'jobs.dead-letter',
  'backup.overdue',
] as const;

/** Kinds for programs. They go to the webhook only, since people would learn to ignore a channel with every change. */
export const webhookOnlyKinds: readonly Notification['kind'][] = [
  'prompt.version-created',
  'prompt.label-moved',
];

/** An event of which operators are notified outside the platform. */
export const Notification = Type.Object(
  {
    id: field.uuid('UUIDv7, by which receivers recognize a repeated delivery.'),
    key: Type.String({
      description: 'Name of the event. Of several notifications with the same key, the first is kept.',
    }),
    kind: Type.Enum(notificationKinds, { description: 'Kind of the event.' }),
    severity: Type.Enum(['info', 'warning', 'critical'], { description: 'Urgency of the event.' }),
    title: Type.String({ description: 'The event in a few words.' }),
    message: Type.String({ description: 'The event in one or two sentences.' }),
    details: Type.Record(Type.String(), Type.Union([Type.String(), Type.Number(), Type.Boolean()]), {
      description: 'Facts for programs. Holds no secrets and no personal data except IDs.',
    }),
    occurredAt: field.timestamp('Time of the event.'),
  },
  { title: 'Notification', description: 'An event of which operators are notified.' },
);
export type Notification = Readonly<Static<typeof Notification>>;
