import Type from 'typebox';
import { describe, expect, test } from 'vitest';
import { defineContract } from './contract.ts';
import { type Dialect, ownDialect } from './dialect.ts';
import { errorCatalogue } from './error-catalogue.ts';
import { toOpenApi } from './openapi.ts';
import type { SecuritySchemes } from './openapi-security.ts';
import { accepted, data, empty, file, raw } from './reply.ts';
import { defineRoute, errorsOf } from './route.ts';
import { anyone, services, user } from './route-auth.ts';

const Loaf = Type.Object(
  { name: Type.String({ description: 'Name.' }) },
  { title: 'Loaf', description: 'A loaf.' },
);

const Baking = Type.Object({ statusUrl: Type.String({ description: 'Where to look.' }) });

const base = { summary: 'Loaves', description: 'About loaves.', errors: [] } as const;

const bake = defineRoute({
  ...base,
  id: 'bakery.bake',
  method: 'POST',
  path: '/api/loaves/:ovenId',
  auth: user,
  params: Type.Object({ ovenId: Type.String({ description: 'Oven.' }) }),
  query: Type.Object({ crusty: Type.Optional(Type.Boolean({ description: 'Whether to bake longer.' })) }),
  body: Type.Object({ loaves: Type.Array(Loaf, { description: 'What to bake.' }) }),
  status: 201,
  reply: data(Loaf),
  otherReplies: { 202: accepted(Baking) },
  events: { rising: Loaf, done: Loaf },
  idempotent: true,
  bodyLimitBytes: 128 * 1024,
  requestHeaders: { 'x-oven': Type.String({ description: 'Which oven.' }) },
  responseHeaders: { 'x-baker': Type.String({ description: 'Who baked.' }) },
  errors: ['CONFLICT'],
});

const open = defineRoute({
  ...base,
  id: 'bakery.open',
  method: 'GET',
  path: '/api/open',
  auth: anyone,
  reply: empty,
});

const loafDialect: Dialect = {
  ...ownDialect,
  name: 'loaf',
  errorSchema: Type.Object({}, { title: 'LoafError', description: 'A failed request.' }),
};

const recipe = defineRoute({
  ...base,
  id: 'bakery.recipe',
  method: 'GET',
  path: '/api/recipe',
  auth: anyone,
  dialect: loafDialect,
  reply: raw(Type.String({ description: 'The recipe.' }), 'text/plain', 'text/markdown'),
  chunks: Type.Object({ step: Type.String({ description: 'Step.' }) }, { description: 'A step.' }),
});

const inside = defineRoute({
  ...base,
  id: 'bakery.inside',
  method: 'GET',
  path: '/internal/oven',
  auth: services('gateway'),
  reply: data(Type.Object({ heat: Type.Number({ description: 'Heat.' }) }, { title: 'Oven' })),
});

const securitySchemes: SecuritySchemes = {
  accessToken: { type: 'http', scheme: 'bearer' },
  apiKey: { type: 'http', scheme: 'bearer' },
  apiKeyHeader: { type: 'apiKey', in: 'header', name: 'x-key' },
  azureApiKey: { type: 'apiKey', in: 'header', name: 'a-key' },
  session: { type: 'apiKey', in: 'cookie', name: 'bakery' },
  csrfToken: { type: 'apiKey', in: 'header', name: 'x-token' },
};

const bakery = defineContract({
  service: 'canvas',
  title: 'Bakery',
  description: 'Loaves.',
  prefixes: ['/api'],
  callers: ['gateway'],
  routes: { open, recipe, inside, bake },
});

interface Operations {
  readonly post: { readonly responses: Readonly<Record<string, unknown>> };
}

const info = { title: 'Shop', version: '1', description: 'All of it.' };
const document = toOpenApi([bakery], info);

describe('the OpenAPI document', () => {
  test('has a version, a title and tags', () => {
    expect(document).toMatchObject({
      openapi: '3.1.0',
      info,
      tags: [{ name: 'Bakery', description: 'Loaves.' }],
    });
  });

  test('contains every public route and no internal one', () => {
    expect(Object.keys(document.paths)).toEqual(['/api/loaves/{ovenId}', '/api/open', '/api/recipe']);
    expect(JSON.stringify(document)).not.toContain('Oven"');
  });

  test('describes the parameters in path and query', () => {
    expect(document.paths['/api/loaves/{ovenId}']).toMatchObject({
      post: {
        operationId: 'bakery.bake',
        parameters: [
          { name: 'ovenId', in: 'path', required: true, description: 'Oven.' },
          { name: 'crusty', in: 'query', required: false, schema: { type: 'boolean' } },
          {
            name: 'idempotency-key',
            in: 'header',
            required: false,
            schema: { type: 'string', pattern: '^[\\x21-\\x7e]{1,255}$' },
          },
          {
            name: 'x-oven',
            in: 'header',
            required: false,
            description: 'Which oven.',
            schema: { type: 'string' },
          },
        ],
      },
    });
  });

  test('describes the declared headers of a success', () => {
    expect(document.paths['/api/loaves/{ovenId}']).toMatchObject({
      post: {
        responses: {
          201: {
            headers: {
              'idempotent-replayed': { schema: { const: 'true' } },
              'x-baker': { description: 'Who baked.', schema: { type: 'string' } },
            },
          },
        },
      },
    });
    expect(document.paths['/api/recipe']).toHaveProperty(['get', 'responses', '200', 'headers'], {
      'x-request-id': { $ref: '#/components/headers/x-request-id' },
    });
  });

  test('describes the location of an accepted job', () => {
    expect(document.paths['/api/loaves/{ovenId}']).toMatchObject({
      post: { responses: { 202: { headers: { location: { schema: { type: 'string' } } } } } },
    });
    expect(document.paths['/api/loaves/{ovenId}']).not.toHaveProperty('post.responses.201.headers.location');
  });

  test('states the size limit of a body', () => {
    expect(document.paths['/api/loaves/{ovenId}']).toMatchObject({
      post: { requestBody: { description: 'At most 128 KiB.' } },
    });
  });

  test('requires credentials if and only if the route does', () => {
    expect(document.paths['/api/loaves/{ovenId}']).toMatchObject({
      post: { security: [{ accessToken: ['user'] }, { session: ['user'], csrfToken: [] }] },
    });
    expect(document.paths['/api/open']).toMatchObject({ get: { security: [] } });
  });

  test('defines the credentials of the contract at the edge', () => {
    const edge = { ...bakery, securitySchemes, routes: {} };
    expect(toOpenApi([edge, bakery], info).components).toMatchObject({ securitySchemes });
    expect(document.components).toMatchObject({ securitySchemes: {} });
  });

  test('describes a file as bytes of its media types, and the 304 response to a client that has its version', () => {
    const picture = defineRoute({
      ...base,
      id: 'bakery.picture',
      method: 'GET',
      path: '/api/picture',
      auth: anyone,
      reply: file('image/png', 'image/svg+xml'),
    });
    const { paths } = toOpenApi([{ ...bakery, routes: { picture } }], info);
    const bytes = { schema: { type: 'string', format: 'binary' } };
    expect(paths['/api/picture']).toMatchObject({
      get: {
        parameters: [{ name: 'if-none-match', in: 'header', required: false }],
        responses: {
          200: { headers: { etag: {} }, content: { 'image/png': bytes, 'image/svg+xml': bytes } },
          304: {},
        },
      },
    });
  });

  test('omits the cookie if the dialect has none', () => {
    const inside = { ...bake, dialect: { ...ownDialect, hasCookies: false } };
    const { paths } = toOpenApi([{ ...bakery, routes: { inside } }], info);
    expect(paths['/api/loaves/{ovenId}']).toMatchObject({ post: { security: [{ accessToken: ['user'] }] } });
  });

  test('excludes NUL from every string of a request, and from no other', () => {
    const pattern = '^[^\\u0000]*$';
    const { post } = document.paths['/api/loaves/{ovenId}'] as { post: { parameters: unknown[] } };
    expect(post.parameters).toContainEqual(
      expect.objectContaining({ name: 'ovenId', schema: { type: 'string', pattern } }),
    );
    const { schemas } = document.components as { schemas: Record<string, unknown> };
    expect(schemas.Loaf).toHaveProperty('properties.name.pattern', pattern);
    expect(schemas.Error).not.toHaveProperty('properties.message.pattern');
    expect(document.paths['/api/recipe']).toHaveProperty(
      ['get', 'responses', '200', 'content', 'text/plain', 'schema'],
      { type: 'string', description: 'The recipe.' },
    );
  });

  test('documents the request id header on every response', () => {
    expect(document.components).toMatchObject({ headers: { 'x-request-id': { required: true } } });
    expect(document.components).not.toHaveProperty('headers.retry-after.required');
  });

  test('defines a titled schema once and references it', () => {
    const loaf = { $ref: '#/components/schemas/Loaf' };
    expect(document.components).toMatchObject({ schemas: { Loaf: { type: 'object', title: 'Loaf' } } });
    expect(document.paths['/api/loaves/{ovenId}']).toMatchObject({
      post: {
        requestBody: {
          content: { 'application/json': { schema: { properties: { loaves: { items: loaf } } } } },
        },
        responses: { 201: { content: { 'application/json': { schema: { properties: { data: loaf } } } } } },
      },
    });
  });

  test('rejects two different schemas with the same title', () => {
    const other = Type.Object({ weight: Type.Number() }, { title: 'Loaf' });
    const contract = { ...bakery, routes: { bake, other: { ...open, reply: data(other) } } };
    expect(() => toOpenApi([contract], info)).toThrow('Two different schemas have the title Loaf.');
  });

  test('documents every status of the route with its error codes', () => {
    const { responses } = (document.paths['/api/loaves/{ovenId}'] as unknown as Operations).post;
    const failures = errorsOf(bake).map((code) => String(errorCatalogue[code].status));
    expect(Object.keys(responses).sort()).toEqual([...new Set(['201', '202', ...failures])].sort());
    expect(responses['409']).toEqual({ $ref: '#/components/responses/CONFLICT.IDEMPOTENCY_IN_FLIGHT' });
    expect(document.components).toMatchObject({
      responses: {
        'CONFLICT.IDEMPOTENCY_IN_FLIGHT': {
          description: expect.stringMatching(/^CONFLICT: .*\nIDEMPOTENCY_IN_FLIGHT: /) as string,
          content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
        },
      },
    });
  });

  test('documents the streamed events of a route with their data, including the error event', () => {
    const loaf = { $ref: '#/components/schemas/Loaf' };
    expect(document.paths['/api/loaves/{ovenId}']).toMatchObject({
      post: {
        responses: {
          201: {
            content: {
              'application/json': {},
              'text/event-stream': {
                schema: { type: 'string', description: 'Server-sent events: rising, done, error.' },
                'x-events': { rising: loaf, done: loaf, error: { $ref: '#/components/schemas/Error' } },
              },
            },
          },
        },
      },
    });
    expect(document.paths['/api/loaves/{ovenId}']).not.toHaveProperty([
      'post',
      'responses',
      '202',
      'content',
      'text/event-stream',
    ]);
  });

  test('has both the JSON and the stream of another protocol', () => {
    expect(document.paths['/api/recipe']).toMatchObject({
      get: {
        responses: {
          200: {
            content: {
              'text/event-stream': {
                schema: { type: 'string', description: 'A step.' },
                'x-event-data': { properties: { step: { type: 'string' } } },
              },
            },
          },
        },
      },
    });
  });

  test('has the content types of a raw reply, and the error format of its dialect', () => {
    expect(document.paths['/api/recipe']).toMatchObject({
      get: {
        responses: {
          200: {
            content: {
              'text/plain': { schema: { type: 'string' } },
              'text/markdown': { schema: { type: 'string' } },
            },
          },
        },
      },
    });
    expect(document.paths['/api/recipe']).toHaveProperty(['get', 'responses', '500'], {
      $ref: '#/components/responses/loaf.INTERNAL_ERROR',
    });
    expect(document.components).toHaveProperty(
      ['responses', 'loaf.INTERNAL_ERROR', 'content', 'application/json', 'schema'],
      { $ref: '#/components/schemas/LoafError' },
    );
  });

  test('has no content for a reply without a body', () => {
    expect(document.paths['/api/open']).not.toHaveProperty(['get', 'responses', '200', 'content']);
  });
});
