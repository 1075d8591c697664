import { defineFact, type FactOf, field } from '@valuecanvas/contracts-core';
import Type from 'typebox';

/**
 * A request was rejected because of a rate limit. Not every rejection is recorded: each process records one per window
 * for each rule and user or address.
 */
export const rateLimitViolation = defineFact({
  name: 'llm.rate-limit-violation',
  owner: 'llm-router',
  description: 'A user, or an address without a user, has exceeded a rate limit.',
  schema: Type.Object({
    id: field.uuid('Id as UUIDv7, which makes replays harmless.'),
    userId: Type.Optional(field.uuid('The user. Absent if the limit applies to an address.')),
    address: Type.Optional(
      Type.String({
        maxLength: 50,
        description: 'The address, or its /64 network for IPv6. Absent if the limit applies to a user.',
      }),
    ),
    operation: Type.String({
      description: 'Operation that was rejected, or the forwarded path.',
    }),
    rule: Type.String({
      pattern: '^[a-z_]+(:.+)?$',
      description:
        'Name of the limit, such as requests_per_minute or llm_requests_per_hour, with :<model> if it applies to one model.',
    }),
    tier: Type.Optional(Type.String({ description: 'Tier of the user at the time.' })),
    limitValue: field.count('Number of requests that the limit allows.'),
    windowMs: Type.Integer({ minimum: 1, description: 'Window of the limit in milliseconds.' }),
    at: field.timestamp('Time of the rejection.'),
  }),
});
export type RateLimitViolation = FactOf<typeof rateLimitViolation>;
