import type { TObject, TSchema } from 'typebox';
import { bodyLimitOf } from './body-limit.ts';
import { type Contract, isInternal } from './contract.ts';
import { ErrorEnvelope } from './error-envelope.ts';
import { withNulls } from './nulls.ts';
import { failures } from './openapi-failures.ts';
import { headerComponents, headerParameters, headerReferences, successHeaders } from './openapi-headers.ts';
import { descriptionOf, permissionOf, securityOf } from './openapi-security.ts';
import { forbidNul, namesIn } from './openapi-texts.ts';
import { empty, type Reply, wireSchema } from './reply.ts';
import { canStream, type RouteDefinition, successStatus } from './route.ts';

type Json = Record<string, unknown>;

export interface OpenApiDocument extends Json {
  readonly openapi: '3.1.0';
  readonly paths: Record<string, Json>;
}

/** Components of the document by name. */
interface Components {
  readonly schemas: Map<string, Json>;
  /** Names of the schemas that occur in requests. */
  readonly sent: Set<string>;
  /** Names of the schemas that occur in replies. */
  readonly replied: ReadonlySet<string>;
  readonly responses: Map<string, Json>;
}

/** Composes the OpenAPI 3.1 document of all public routes. Schemas with a title become components. */
export function toOpenApi(
  contracts: readonly Contract[],
  info: { readonly title: string; readonly version: string; readonly description: string },
): OpenApiDocument {
  const components: Components = {
    schemas: new Map(),
    sent: new Set(),
    replied: titlesInReplies(contracts),
    responses: new Map(),
  };
  const paths: Record<string, Json> = {};
  for (const contract of contracts) {
    for (const route of Object.values(contract.routes).filter((route) => !isInternal(route))) {
      const path = route.path.replace(/:([a-zA-Z]+)\*?/g, '{$1}');
      paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation(contract, route, components) };
    }
  }
  return {
    openapi: '3.1.0',
    info,
    servers: [{ url: '/', description: 'The server of this document.' }],
    tags: contracts.map(({ title, description }) => ({ name: title, description })),
    paths: sorted(Object.entries(paths).map(([path, item]) => [path, sorted(Object.entries(item))])),
    components: {
      securitySchemes: Object.assign({}, ...contracts.map(({ securitySchemes }) => securitySchemes)) as Json,
      headers: headerComponents,
      responses: sorted([...components.responses]),
      schemas: sorted(
        [...components.schemas].map(([name, schema]) => [
          name,
          components.sent.has(name) ? (forbidNul(schema) as Json) : schema,
        ]),
      ),
    },
  };
}

/** Returns the titles of all schemas in replies and events, at any depth. */
function titlesInReplies(contracts: readonly Contract[]): Set<string> {
  const routes = contracts.flatMap(({ routes }) => Object.values(routes));
  const replies = routes.map(({ reply, otherReplies, events, chunks }) => [
    reply,
    otherReplies,
    events,
    chunks,
  ]);
  const titles = JSON.stringify(replies).matchAll(/"title":"([^"]+)"/g);
  return new Set([...titles].map(([, title = '']) => title));
}

/** Sorts by name, so that the document does not depend on the order of declarations. */
function sorted<T>(entries: readonly (readonly [string, T])[]): Record<string, T> {
  return Object.fromEntries([...entries].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function operation(contract: Contract, route: RouteDefinition, components: Components): Json {
  return {
    operationId: route.id,
    tags: [contract.title],
    summary: route.summary,
    description: descriptionOf(route),
    security: securityOf(route),
    ...permissionOf(route),
    parameters: [
      ...parameters('path', route.params, components),
      ...parameters('query', route.query, components),
      ...headerParameters(route),
    ],
    ...(route.body ? { requestBody: requestBody(route.body, route, components) } : {}),
    responses: {
      ...successes(route, components),
      ...failures(route, components.responses, (schema) => reference(schema, components)),
    },
  };
}

function requestBody(body: TSchema, route: RouteDefinition, components: Components): Json {
  return {
    required: true,
    description: `At most ${bodyLimitOf(route) / 1024} KiB.`,
    content: {
      'application/json': {
        schema: sentReference(
          withNulls(body, (title) => components.replied.has(title)),
          components,
        ),
        ...(route.example === undefined ? {} : { example: route.example }),
      },
    },
  };
}

function parameters(where: 'path' | 'query', schema: TObject | undefined, components: Components): Json[] {
  const required = new Set<unknown>((schema?.required as readonly unknown[] | undefined) ?? []);
  return Object.entries(schema?.properties ?? {}).map(([name, property]) => {
    const { description, examples, ...rest } = sentReference(property, components);
    const example = Array.isArray(examples) ? { example: examples[0] as unknown } : {};
    return { name, in: where, required: required.has(name), description, ...example, schema: rest };
  });
}

function successes(route: RouteDefinition, components: Components): Json {
  const replies: [string, Reply][] = [
    [String(successStatus(route)), route.reply],
    ...Object.entries(route.otherReplies ?? {}),
    ...(route.reply.kind === 'file' ? [['304', empty] as [string, Reply]] : []),
  ];
  return Object.fromEntries(replies.map(([status, reply]) => [status, success(route, reply, components)]));
}

function success(route: RouteDefinition, reply: Reply, components: Components): Json {
  if (reply.kind === 'file') return fileSuccess(route, reply.contentTypes);
  const schema = wireSchema(reply);
  if (!schema) return { description: 'Done; no body.', headers: headerReferences(['x-request-id']) };
  const body = { schema: reference(schema, components) };
  const types = typesOf(reply).map((type) => [type, body]);
  const streamed =
    canStream(route) && reply === route.reply ? { 'text/event-stream': stream(route, components) } : {};
  return {
    description: route.summary,
    ...successHeaders(route, reply),
    content: { ...Object.fromEntries(types), ...streamed },
  };
}

function fileSuccess(route: RouteDefinition, contentTypes: readonly string[]): Json {
  const bytes = { schema: { type: 'string', format: 'binary' } };
  return {
    description: route.summary,
    ...successHeaders(route, route.reply),
    content: Object.fromEntries(contentTypes.map((type) => [type, bytes])),
  };
}

function typesOf(reply: Reply): readonly string[] {
  if (reply.kind !== 'raw' || reply.contentType === undefined) return ['application/json'];
  return [reply.contentType, ...(reply.otherTypes ?? [])];
}

/** Describes streamed events, which OpenAPI 3.1 cannot express: names in the description, data in an extension. */
function stream({ events, chunks }: RouteDefinition, components: Components): Json {
  const dataOf = (schema: TSchema) => reference(schema, components);
  if (!events) {
    const data = chunks && dataOf(chunks);
    return { schema: { type: 'string', description: data?.description }, 'x-event-data': data };
  }
  const all = { ...events, error: ErrorEnvelope };
  const description = `Server-sent events: ${Object.keys(all).join(', ')}.`;
  const data = Object.entries(all).map(([name, schema]) => [name, dataOf(schema)]);
  return { schema: { type: 'string', description }, 'x-events': Object.fromEntries(data) };
}

/** Converts a request schema, whose strings must not contain NUL. */
function sentReference(schema: TSchema, components: Components): Json {
  const json = reference(schema, components);
  for (const name of namesIn(json, components.schemas)) components.sent.add(name);
  return forbidNul(json) as Json;
}

/** Returns a schema as plain JSON. Parts with a title are moved to the components and referenced. */
function reference(schema: TSchema, components: Components): Json {
  return hoist(JSON.parse(JSON.stringify(schema)) as Json, components) as Json;
}

function hoist(node: unknown, components: Components): unknown {
  if (Array.isArray(node)) return node.map((item) => hoist(item, components));
  if (typeof node !== 'object' || node === null) return node;
  const copy = Object.fromEntries(
    Object.entries(node).map(([key, value]) => [key, hoist(value, components)]),
  );
  if (typeof copy.title !== 'string' || copy.type === undefined) return copy;
  return name(copy.title, copy, components);
}

function name(title: string, schema: Json, components: Components): Json {
  const known = components.schemas.get(title);
  if (known && JSON.stringify(known) !== JSON.stringify(schema)) {
    throw new Error(`Two different schemas have the title ${title}.`);
  }
  components.schemas.set(title, schema);
  return { $ref: `#/components/schemas/${title}` };
}
