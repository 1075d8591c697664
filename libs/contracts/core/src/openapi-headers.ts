import Type, { type TSchema } from 'typebox';
import { auditReasonMaxLength } from './audit.ts';
import { idempotencyKeyPattern, publicHeaders } from './headers.ts';
import { elevatedPermissions } from './permissions.ts';
import type { Reply } from './reply.ts';
import type { RouteDefinition } from './route.ts';

type Json = Record<string, unknown>;

const keyOfRequest = Type.String({
  pattern: idempotencyKeyPattern,
  description:
    'Your name for this request. If you send the request again with the same key and body within 24 h, you get the stored result.',
});

const reason = Type.String({
  description: `Reason for the change, kept in the audit log: ASCII or percent-encoded UTF-8, of which ${auditReasonMaxLength} characters are kept.`,
});

const replayed = Type.Literal('true', {
  description: 'Present if this is the stored response to an earlier request with the same idempotency key.',
});

const location = Type.String({ description: 'URL of the status of the job.' });

/** Headers of many responses, defined among the components. */
const answerHeaders = {
  'x-request-id': Type.String({ description: 'Id of the request. Include it in bug reports.' }),
  'www-authenticate': Type.String({ description: 'Accepted authentication scheme.' }),
  'retry-after': Type.Integer({ minimum: 0, description: 'Whole seconds to wait before a retry.' }),
  'ratelimit-limit': Type.Integer({ minimum: 0, description: 'Number of requests allowed in a period.' }),
  'ratelimit-remaining': Type.Integer({ minimum: 0, description: 'Number of requests left in this period.' }),
  'ratelimit-reset': Type.Integer({ minimum: 0, description: 'Seconds until the next period starts.' }),
  'x-should-retry': Type.Enum(['true', 'false'], {
    description: 'Whether a retry of the same request can succeed. Sent if the status alone does not tell.',
  }),
};

/** Header components that `headerReferences` refers to. */
export const headerComponents: Json = Object.fromEntries(
  Object.entries(answerHeaders).map(([name, header]) => [
    name,
    { ...described(header), ...(name === 'x-request-id' ? { required: true } : {}) },
  ]),
);

/** Returns the `headers` field of a response, by header name. */
export function headerReferences(names: readonly (keyof typeof answerHeaders)[]): Json {
  return Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));
}

const heldVersion = Type.String({
  description: 'ETag of the version that the client has. If it is current, the response is 304.',
});

const fileVersion = Type.String({ description: 'Identifies this version of the content.' });

/** Returns the request headers of an operation as parameters. */
export function headerParameters(route: RouteDefinition): Json[] {
  const { idempotent, reply, requestHeaders } = route;
  const known = {
    ...(isOperatorChange(route) ? { [publicHeaders.auditReason]: reason } : {}),
    ...(idempotent ? { [publicHeaders.idempotencyKey]: keyOfRequest } : {}),
    ...(reply.kind === 'file' ? { 'if-none-match': heldVersion } : {}),
    ...requestHeaders,
  };
  return Object.entries(known).map(([name, header]) => ({
    name,
    in: 'header',
    required: false,
    ...described(header),
  }));
}

/** Returns true if the audit log records calls of a route. */
function isOperatorChange({ auth, method }: RouteDefinition): boolean {
  return method !== 'GET' && auth.kind === 'permission' && elevatedPermissions([auth.permission]).length > 0;
}

/** Returns the `headers` field of a successful response. */
export function successHeaders(
  { idempotent, responseHeaders }: RouteDefinition,
  reply: Reply,
): { headers: Json } {
  const known = {
    ...(reply.kind === 'accepted' ? { location } : {}),
    ...(idempotent ? { [publicHeaders.idempotentReplayed]: replayed } : {}),
    ...(reply.kind === 'file' ? { etag: fileVersion } : {}),
    ...responseHeaders,
  };
  const own = Object.entries(known).map(([name, header]) => [name, described(header)]);
  return { headers: { ...headerReferences(['x-request-id']), ...Object.fromEntries(own) } };
}

function described(header: TSchema): Json {
  const { description, ...schema } = JSON.parse(JSON.stringify(header)) as Json;
  return { description, schema };
}
