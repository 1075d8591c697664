import {
  data,
  defineFact,
  defineRoute,
  type FactOf,
  field,
  permission,
  user,
} from '@valuecanvas/contracts-core';
import Type, { type Static } from 'typebox';

const level = Type.Enum(['warning', 'critical'], {
  description: 'Severity. critical means that the limit itself was reached.',
});
const period = Type.Enum(['hour', 'day', 'month'], { description: 'Period of the budget (UTC).' });
const nanos = (description: string) => Type.String({ pattern: '^\\d+$', description });

/** Spending has reached a threshold. The first replica that notices records it, once per threshold and period. */
export const costAlert = defineFact({
  name: 'llm.cost-alert',
  owner: 'llm-router',
  description: 'The spending of a user or of the platform has reached a threshold of a period.',
  schema: Type.Object({
    id: Type.String({
      pattern: '^(user|platform):.+:(hour|day|month):.+:(warning|critical)$',
      description: 'Deduplication key: <scope>:<userId or ->:<period>:<periodStart>:<level>.',
    }),
    scope: Type.Enum(['user', 'platform'], { description: 'Scope of the budget: one user or the platform.' }),
    userId: Type.Optional(field.uuid('The user. Absent for the platform.')),
    period,
    periodStart: field.timestamp('Start of the period.'),
    level,
    thresholdNanos: nanos('The threshold in nano-dollars, as decimal digits.'),
    actualNanos: nanos('Spending when the threshold was reached, in nano-dollars, as decimal digits.'),
    createdAt: field.timestamp('Time at which the threshold was reached.'),
  }),
});
export type CostAlert = FactOf<typeof costAlert>;

const alertFields = {
  id: field.uuid('ID of the alert.'),
  type: Type.Literal('COST_THRESHOLD', { description: 'Kind of the alert.' }),
  level,
  period,
  threshold: field.dollars('The threshold in US dollars.'),
  actual: field.dollars('Spending when the threshold was reached, in US dollars.'),
  message: Type.String({ description: 'The alert in one sentence.' }),
  createdAt: field.timestamp('Time at which the threshold was reached.'),
};

const OwnAlert = Type.Object(alertFields);
export type OwnAlert = Static<typeof OwnAlert>;

export const PlatformAlert = Type.Object(
  {
    ...alertFields,
    acknowledged: Type.Boolean({ description: 'True after an operator has acknowledged the alert.' }),
    acknowledgedBy: Type.Optional(field.uuid('ID of the operator who acknowledged the alert.')),
    acknowledgedAt: Type.Optional(field.timestamp('Time of the acknowledgement.')),
  },
  { title: 'PlatformAlert', description: 'A threshold that the spending of the platform has reached.' },
);
export type PlatformAlert = Static<typeof PlatformAlert>;

const newest = 'Newest first, at most 100.';
const OwnAlerts = Type.Object(
  { alerts: Type.Array(OwnAlert, { description: newest }) },
  { title: 'CostAlertList', description: 'Budget thresholds that were reached.' },
);
const PlatformAlerts = Type.Object(
  { alerts: Type.Array(PlatformAlert, { description: newest }) },
  { title: 'PlatformAlertList', description: 'Thresholds that the spending of the platform has reached.' },
);

export const getOwnAlerts = defineRoute({
  id: 'llm.getOwnAlerts',
  method: 'GET',
  path: '/api/user/alerts',
  summary: 'List your budget alerts',
  description: "The caller's latest alerts: at 80 % and at 100 % of the budget of a day and of a month.",
  auth: user,
  reply: data(OwnAlerts),
  errors: ['DEPENDENCY_UNAVAILABLE'],
});

export const getPlatformAlerts = defineRoute({
  id: 'llm.getPlatformAlerts',
  method: 'GET',
  path: '/api/admin/alerts',
  summary: 'List budget alerts of the platform',
  description: 'Lists the latest alerts on the total spending of all users per hour, day and month.',
  auth: permission('costs:read'),
  reply: data(PlatformAlerts),
  errors: ['DEPENDENCY_UNAVAILABLE'],
});

export const acknowledgeAlert = defineRoute({
  id: 'llm.acknowledgeAlert',
  method: 'POST',
  path: '/api/admin/alerts/:id/acknowledge',
  summary: 'Acknowledge a budget alert of the platform',
  description:
    'Records who has seen the alert, and when. A repeated call returns the first acknowledgement. Recorded in the audit log.',
  auth: permission('alerts:acknowledge'),
  params: Type.Object({ id: field.uuid('ID of the alert.') }),
  reply: data(PlatformAlert),
  errors: ['NOT_FOUND', 'DEPENDENCY_UNAVAILABLE'],
});
