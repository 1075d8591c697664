/** Kinds of notifications. `docs/notifications.md` describes each for receivers. */
export type NotificationKind =
  | 'platform.cost-alert'
  | 'user.cost-alert'
  | 'prompt.canary-rolled-back'
  | 'provider.breaker-opened'
  | 'jobs.dead-letter'
  | 'backup.overdue';

/** An event of which operators are notified outside the platform. */
export interface Notification {
  /** UUIDv7, by which receivers recognise a repeated delivery. */
  readonly id: string;
  /** Names the event. Of several notifications with the same key, the first is kept. */
  readonly key: string;
  readonly kind: NotificationKind;
  readonly severity: 'info' | 'warning' | 'critical';
  /** A few words. */
  readonly title: string;
  /** Event in one or two sentences. */
  readonly message: string;
  /** Facts for programs. Holds no secrets and no personal data except IDs. */
  readonly details: Readonly<Record<string, string | number | boolean>>;
  /** ISO 8601 in UTC. */
  readonly occurredAt: string;
}
