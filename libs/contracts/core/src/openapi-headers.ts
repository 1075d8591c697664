import Type, { type TSchema } from 'typebox';
import { publicHeaders } from './headers.ts';
import type { RouteDefinition } from './route.ts';

type Json = Record<string, unknown>;

const keyOfRequest = Type.String({
  pattern: '^[\\x21-\\x7e]{1,255}$',
  description:
    'Names this request: sent again with the same body within 24 h, it is answered with the stored result.',
});

const replayed = Type.Literal('true', {
  description: 'Present where the answer was stored when the same request was made before.',
});

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

/** The headers of a success, as a field of its response; none where the route names none. */
export function successHeaders({ idempotent, responseHeaders }: RouteDefinition): { headers?: Json } {
  const known = {
    ...(idempotent ? { [publicHeaders.idempotentReplayed]: replayed } : {}),
    ...responseHeaders,
  };
  const all = Object.entries(known).map(([name, header]) => [name, described(header)]);
  return all.length === 0 ? {} : { headers: Object.fromEntries(all) };
}

function described(header: TSchema): Json {
  const { description, ...schema } = JSON.parse(JSON.stringify(header)) as Json;
  return { description, schema };
}
