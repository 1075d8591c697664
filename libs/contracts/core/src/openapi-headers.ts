import Type, { type TSchema } from 'typebox';
import { idempotencyKeyPattern, publicHeaders } from './headers.ts';
import type { RouteDefinition } from './route.ts';

type Json = Record<string, unknown>;

const keyOfRequest = Type.String({
  pattern: idempotencyKeyPattern,
  description:
    'Names this request: sent again with the same body within 24 h, it is answered with the stored result.',
});

const replayed = Type.Literal('true', {
  description: 'Present where the answer was stored when the same request was made before.',
});

/** Headers that many answers carry; they stand among the components. */
const answerHeaders = {
  'x-request-id': Type.String({ description: 'Id of the request: quote it when you report a fault.' }),
  'www-authenticate': Type.String({ description: 'How to say who you are.' }),
  'retry-after': Type.Integer({ minimum: 0, description: 'Whole seconds to wait before a retry can help.' }),
  'ratelimit-limit': Type.Integer({ minimum: 0, description: 'Requests that are allowed in a period.' }),
  'ratelimit-remaining': Type.Integer({ minimum: 0, description: 'Requests that are left in this period.' }),
  'ratelimit-reset': Type.Integer({ minimum: 0, description: 'Seconds until the next period begins.' }),
  'x-should-retry': Type.Enum(['true', 'false'], {
    description: 'Whether sending the same request again can help, where the status does not tell.',
  }),
};

/** The components that `headerReferences` refers to. */
export const headerComponents: Json = Object.fromEntries(
  Object.entries(answerHeaders).map(([name, header]) => [
    name,
    { ...described(header), ...(name === 'x-request-id' ? { required: true } : {}) },
  ]),
);

/** Headers of an answer by name, as the field of a response. */
export function headerReferences(names: readonly (keyof typeof answerHeaders)[]): Json {
  return Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));
}

/** The headers that a request may carry, as parameters of its operation. */
export function headerParameters({ idempotent, requestHeaders }: RouteDefinition): Json[] {
  const known = {
    ...(idempotent ? { [publicHeaders.idempotencyKey]: keyOfRequest } : {}),
    ...requestHeaders,
  };
  return Object.entries(known).map(([name, header]) => ({
    name,
    in: 'header',
    required: false,
    ...described(header),
  }));
}

/** The headers of a success, as a field of its response. */
export function successHeaders({ idempotent, responseHeaders }: RouteDefinition): { headers: Json } {
  const known = {
    ...(idempotent ? { [publicHeaders.idempotentReplayed]: replayed } : {}),
    ...responseHeaders,
  };
  const own = Object.entries(known).map(([name, header]) => [name, described(header)]);
  return { headers: { ...headerReferences(['x-request-id']), ...Object.fromEntries(own) } };
}

function described(header: TSchema): Json {
  const { description, ...schema } = JSON.parse(JSON.stringify(header)) as Json;
  return { description, schema };
}
