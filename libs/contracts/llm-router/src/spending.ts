import { data, defineRoute, field, permission, user } from '@valuecanvas/contracts-core';
import Type, { type Static } from 'typebox';

const day = (description: string) => Type.Optional(Type.String({ format: 'date', description }));

const Budget = (period: string) =>
  Type.Object(
    {
      limit: field.dollars(`What may be spent in a ${period}.`),
      spent: field.dollars(`What has been spent in the current ${period} (UTC).`),
    },
    { description: `Budget of the ${period}.` },
  );

const group = {
  requests: field.count('Calls.'),
  cost: field.dollars('Cost in US dollars.'),
};

const totals = {
  totalCost: field.dollars('Cost of all calls in US dollars.'),
  requestCount: field.count('Calls, cached ones included.'),
  cachedCount: field.count('Calls that the cache answered.'),
  tokenUsage: Type.Object(
    {
      prompt: field.count('Prompt tokens.'),
      completion: field.count('Completion tokens.'),
      total: field.count('Both together.'),
    },
    { description: 'Tokens of all calls.' },
  ),
  byModel: Type.Array(Type.Object({ model: Type.String({ description: 'Model.' }), ...group }), {
    description: 'By model, the most expensive first.',
  }),
  byDay: Type.Array(
    Type.Object({ day: Type.String({ format: 'date', description: 'Day (UTC).' }), ...group }),
    {
      description: 'By day, oldest first.',
    },
  ),
};

export const UsageReport = Type.Object(
  {
    ...totals,
    budget: Type.Object(
      { day: Budget('day'), month: Budget('month') },
      { description: 'Where the budgets stand.' },
    ),
  },
  { title: 'UsageReport', description: 'What a user has spent on models.' },
);
export type UsageReport = Static<typeof UsageReport>;

const reportDays = {
  startDate: day('First day; 30 days back where absent.'),
  endDate: day('Last day; today where absent.'),
};

export const getOwnUsage = defineRoute({
  id: 'llm.getOwnUsage',
  method: 'GET',
  path: '/api/user/llm-usage',
  summary: 'Own usage',
  description:
    'What the caller has spent, by model and by day. Days are UTC and both ends are included, 1 to 366 of them.',
  auth: user,
  query: Type.Object(reportDays),
  reply: data(UsageReport),
  errors: ['DEPENDENCY_UNAVAILABLE'],
});

const PlatformCosts = Type.Object(
  {
    ...totals,
    estimatedCost: field.dollars('What of the total is an upper bound, because no provider has counted it.'),
    userCount: field.count('Users with calls in these days.'),
    byUser: Type.Array(Type.Object({ userId: field.uuid('User.'), ...group }), {
      description: 'By user, the most expensive first, at most as many as were asked for.',
    }),
  },
  { title: 'PlatformCosts', description: 'What all users together have spent on models.' },
);
export type PlatformCosts = Static<typeof PlatformCosts>;

export const getPlatformCosts = defineRoute({
  id: 'llm.getPlatformCosts',
  method: 'GET',
  path: '/api/admin/costs',
  summary: 'Costs of the platform',
  description:
    'What all users have spent, by user, model and day. Days are UTC and both ends are included, 1 to 366 of them.',
  auth: permission('costs:read'),
  query: Type.Object({
    ...reportDays,
    users: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 1_000, default: 100, description: 'Users to name one by one.' }),
    ),
  }),
  reply: data(PlatformCosts),
  errors: ['DEPENDENCY_UNAVAILABLE'],
});
