import type { TSchema } from 'typebox';
import { ownDialect } from './dialect.ts';
import { type ErrorCode, errorCatalogue } from './error-catalogue.ts';
import { headerReferences } from './openapi-headers.ts';
import { errorsOf, type RouteDefinition } from './route.ts';

type Json = Record<string, unknown>;

/**
 * Collects the error responses of an operation by status. Identical ones are defined once, in the components'
 * `responses`, and referenced.
 */
export function failures(
  route: RouteDefinition,
  responses: Map<string, Json>,
  reference: (schema: TSchema) => Json,
): Json {
  const { dialect = ownDialect } = route;
  const byStatus = Map.groupBy(errorsOf(route).toSorted(), (code) => errorCatalogue[code].status);
  return Object.fromEntries(
    [...byStatus].map(([status, codes]) => {
      const name = [dialect === ownDialect ? '' : `${dialect.name}.`, codes.join('.')].join('');
      responses.set(name, response(status, codes, reference(dialect.errorSchema)));
      return [String(status), { $ref: `#/components/responses/${name}` }];
    }),
  );
}

function response(status: number, codes: readonly ErrorCode[], schema: Json): Json {
  return {
    description: codes.map(sentence).join('\n'),
    headers: headerReferences(headersOf(status, codes)),
    content: { 'application/json': { schema } },
  };
}

function sentence(code: ErrorCode): string {
  const { title, message } = errorCatalogue[code];
  return `${code}: ${title}. ${message}`;
}

function headersOf(status: number, codes: readonly ErrorCode[]) {
  return [
    'x-request-id' as const,
    ...(status === 401 ? (['www-authenticate'] as const) : []),
    ...(status === 429 || status === 503 ? (['retry-after'] as const) : []),
    ...(codes.includes('RATE_LIMITED')
      ? (['ratelimit-limit', 'ratelimit-remaining', 'ratelimit-reset'] as const)
      : []),
    ...(status > 401 ? (['x-should-retry'] as const) : []),
  ];
}
