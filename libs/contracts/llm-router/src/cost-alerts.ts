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

const level = Type.Enum(['warning', 'critical'], { description: 'How far: critical is the limit itself.' });
const period = Type.Enum(['hour', 'day', 'month'], { description: 'Period that is watched (UTC).' });
const nanos = (description: string) => Type.String({ pattern: '^\\d+$', description });

/** Spending has reached a threshold. Told by whoever sees it first; the same threshold and period is told once. */
export const costAlert = defineFact({
  name: 'llm.cost-alert',
  owner: 'llm-router',
  description: 'The spending of a user or of the platform has reached a threshold of a period.',
  schema: Type.Object({
    id: Type.String({
      pattern: '^(user|platform):.+:(hour|day|month):.+:(warning|critical)$',
      description: '<scope>:<userId or ->:<period>:<periodStart>:<level>: what may be told once.',
    }),
    scope: Type.Enum(['user', 'platform'], { description: 'Whose spending.' }),
    userId: Type.Optional(field.uuid('The user; absent for the platform.')),
    period,
    periodStart: field.timestamp('Start of the period.'),
    level,
    thresholdNanos: nanos('The threshold in nano-dollars, as decimal digits.'),
    actualNanos: nanos('What was spent when it was reached, in nano-dollars, as decimal digits.'),
    createdAt: field.timestamp('When it was reached.'),
  }),
});
export type CostAlert = FactOf<typeof costAlert>;

const AlertList = Type.Object(
  {
    alerts: Type.Array(
      Type.Object({
        id: field.uuid('Id of the alert.'),
        type: Type.Literal('COST_THRESHOLD', { description: 'What the alert is about.' }),
        level,
        period,
        threshold: field.dollars('The threshold in US dollars.'),
        actual: field.dollars('What was spent when it was reached, in US dollars.'),
        message: Type.String({ description: 'The same in one sentence.' }),
        createdAt: field.timestamp('When it was reached.'),
      }),
      { description: 'Newest first, at most 100.' },
    ),
  },
  { title: 'CostAlertList', description: 'Thresholds of spending that were reached.' },
);
export type AlertList = Static<typeof AlertList>;

export const getOwnAlerts = defineRoute({
  id: 'llm.getOwnAlerts',
  method: 'GET',
  path: '/api/user/alerts',
  summary: 'Own budget alerts',
  description: "The caller's latest alerts: at 80 % and at 100 % of the budget of a day and of a month.",
  auth: user,
  reply: data(AlertList),
  errors: ['DEPENDENCY_UNAVAILABLE'],
});

export const getPlatformAlerts = defineRoute({
  id: 'llm.getPlatformAlerts',
  method: 'GET',
  path: '/api/admin/alerts',
  summary: 'Alerts of the platform',
  description: 'The latest alerts on what all users together spend in an hour, a day and a month.',
  auth: permission('costs:read'),
  reply: data(AlertList),
  errors: ['DEPENDENCY_UNAVAILABLE'],
});
