import { data, defineRoute, field, user } from '@valuecanvas/contracts-core';
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

export const UsageReport = Type.Object(
  {
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
    byModel: Type.Array(
      Type.Object({
        model: Type.String({ description: 'Model.' }),
        requests: field.count('Calls.'),
        cost: field.dollars('Cost in US dollars.'),
      }),
      { description: 'By model, the most expensive first.' },
    ),
    byDay: Type.Array(
      Type.Object({
        day: Type.String({ format: 'date', description: 'Day (UTC).' }),
        requests: field.count('Calls.'),
        cost: field.dollars('Cost in US dollars.'),
      }),
      { description: 'By day, oldest first.' },
    ),
    budget: Type.Object(
      { day: Budget('day'), month: Budget('month') },
      { description: 'Where the budgets stand.' },
    ),
  },
  { title: 'UsageReport', description: 'What a user has spent on models.' },
);
export type UsageReport = Static<typeof UsageReport>;

export const getOwnUsage = defineRoute({
  id: 'llm.getOwnUsage',
  method: 'GET',
  path: '/api/user/llm-usage',
  summary: 'Own usage',
  description: 'What the caller has spent, by model and by day. Days are UTC and both ends are included.',
  auth: user,
  query: Type.Object({
    startDate: day('First day; 30 days back where absent.'),
    endDate: day('Last day; today where absent.'),
  }),
  reply: data(UsageReport),
  errors: ['DEPENDENCY_UNAVAILABLE'],
});
