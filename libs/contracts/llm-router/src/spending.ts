import { data, defineRoute, field, permission, tiers, user } from '@valuecanvas/contracts-core';
import Type, { type Static } from 'typebox';

const day = (description: string) => Type.Optional(Type.String({ format: 'date', description }));

const Budget = (period: string) =>
  Type.Object(
    {
      limit: field.dollars(`Maximum spending per ${period}.`),
      spent: field.dollars(`Spending in the current ${period} (UTC).`),
    },
    { description: `Budget of the ${period}.` },
  );

const group = {
  requests: field.count('Calls.'),
  cost: field.dollars('Cost in US dollars.'),
};

const totals = {
  totalCost: field.dollars('Cost of all calls in US dollars.'),
  requestCount: field.count('Number of calls, including cached ones.'),
  cachedCount: field.count('Number of calls that the cache answered.'),
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
      { description: 'Current state of the budgets.' },
    ),
  },
  { title: 'UsageReport', description: 'Spending of a user on models.' },
);
export type UsageReport = Static<typeof UsageReport>;

const reportDays = {
  startDate: day('First day. Defaults to 30 days ago.'),
  endDate: day('Last day. Defaults to today.'),
};

export const getOwnUsage = defineRoute({
  id: 'llm.getOwnUsage',
  method: 'GET',
  path: '/api/user/llm-usage',
  summary: 'Get your usage',
  description:
    'Returns your spending by model and by day. Days are in UTC. The range includes both ends and has 1 to 366 days.',
  auth: user,
  query: Type.Object(reportDays),
  reply: data(UsageReport),
  errors: ['DEPENDENCY_UNAVAILABLE'],
});

const DayOfPlatform = Type.Object({
  day: Type.String({ format: 'date', description: 'Day (UTC).' }),
  ...group,
  estimatedCost: field.dollars('Part of the cost that is estimated.'),
  topModels: Type.Array(
    Type.Object({
      model: Type.String({ description: 'Model.' }),
      cost: field.dollars('Cost of the model on this day in US dollars.'),
    }),
    {
      description:
        'Those of the five most expensive models of the range that were called on this day. The rest of the cost is that of other models.',
    },
  ),
});

const PlatformCosts = Type.Object(
  {
    ...totals,
    byDay: Type.Array(DayOfPlatform, { description: 'By day, oldest first.' }),
    estimatedCost: field.dollars(
      'Part of the total that is estimated, because no provider has reported the whole usage for it.',
    ),
    userCount: field.count('Number of users with calls in this range.'),
    byUser: Type.Array(Type.Object({ userId: field.uuid('User.'), ...group }), {
      description: 'By user, the most expensive first, up to the requested number.',
    }),
  },
  { title: 'PlatformCosts', description: 'Spending of all users on models.' },
);
export type PlatformCosts = Static<typeof PlatformCosts>;

export const getPlatformCosts = defineRoute({
  id: 'llm.getPlatformCosts',
  method: 'GET',
  path: '/api/admin/costs',
  summary: 'Get costs of the platform',
  description:
    'Returns the spending of all users by user, model and day. Days are in UTC. The range includes both ends and has 1 to 366 days.',
  auth: permission('costs:read'),
  query: Type.Object({
    ...reportDays,
    users: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 1_000,
        default: 100,
        description: 'Maximum number of users to list.',
      }),
    ),
  }),
  reply: data(PlatformCosts),
  errors: ['DEPENDENCY_UNAVAILABLE'],
});

export const getUserCosts = defineRoute({
  id: 'llm.getUserCosts',
  method: 'GET',
  path: '/api/admin/costs/users/:userId',
  summary: 'Get costs of a user',
  description:
    'Returns the spending of one user by model and by day, and the budgets of a tier. Days are in UTC. The range includes both ends and has 1 to 366 days. A user without calls, also an unknown one, has spent nothing.',
  auth: permission('costs:read'),
  params: Type.Object({ userId: field.uuid('ID of the user.') }),
  query: Type.Object({
    ...reportDays,
    tier: Type.Enum(tiers, {
      description: 'Current tier of the user, as in the list of users. It selects the budgets in the reply.',
    }),
  }),
  reply: data(UsageReport),
  errors: ['DEPENDENCY_UNAVAILABLE'],
});
