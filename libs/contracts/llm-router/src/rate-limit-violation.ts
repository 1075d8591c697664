import { defineFact, type FactOf, field } from '@valuecanvas/contracts-core';
import Type from 'typebox';

/**
 * Somebody was refused for having reached a rate limit. Not every refusal is told: of one rule and one user or address,
 * each process tells one per window.
 */
export const rateLimitViolation = defineFact({
  name: 'llm.rate-limit-violation',
  owner: 'llm-router',
  description: 'A user, or an address without one, has asked for more than a rate limit allows.',
  schema: Type.Object({
    id: field.uuid('UUIDv7; a replay collides.'),
    userId: Type.Optional(field.uuid('The user whom the limit counts; absent where it counts an address.')),
    address: Type.Optional(
      Type.String({
        maxLength: 50,
        description: 'The address that the limit counts, of IPv6 the network (/64); never beside a user.',
      }),
    ),
    operation: Type.String({
      description: 'Operation that was refused, or the path that it is forwarded by.',
    }),
    rule: Type.String({
      pattern: '^[a-z_]+(:.+)?$',
      description:
        'Which limit: requests_per_minute, llm_requests_per_hour; with :<model> where it is of one.',
    }),
    tier: Type.Optional(Type.String({ description: 'Tier of the user at the time.' })),
    limitValue: field.count('How much the limit allows.'),
    windowMs: Type.Integer({ minimum: 1, description: 'In how many milliseconds.' }),
    at: field.timestamp('When it was refused.'),
  }),
});
export type RateLimitViolation = FactOf<typeof rateLimitViolation>;
