import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { breakingChanges } from '../src/api/breaking-changes.ts';
import { unexplained } from '../src/api/known-breaks.ts';
import { lastDocument } from '../src/api/last-document.ts';
import { lintDocument } from '../src/api/lint-document.ts';

type Json = Record<string, unknown>;

const text = { type: 'string' };
const loaf = {
  type: 'object',
  required: ['name'],
  properties: { name: text, seeds: { type: 'array', items: { type: 'object', properties: { kind: text } } } },
};
const order = {
  type: 'object',
  required: ['count'],
  additionalProperties: false,
  properties: { count: { type: 'integer', minimum: 1, maximum: 9 }, size: { enum: ['small', 'large'] } },
};

/** A document whose parts a test can change. */
const bakery = () => ({
  paths: {
    '/loaves/{id}': {
      post: {
        security: [{ token: ['user'] }, { key: ['bake'] }] as Json[],
        parameters: [
          { name: 'id', in: 'path', required: true, schema: text },
          { name: 'crust', in: 'query', required: false, schema: { type: ['string', 'null'] } },
        ] as Json[],
        requestBody: {
          required: false,
          content: { 'application/json': { schema: { $ref: '#/components/schemas/Order' } } } as Json,
        },
        responses: {
          201: {
            headers: { etag: { schema: text } } as Json,
            content: {
              'application/json': { schema: { $ref: '#/components/schemas/Loaf' } },
              'text/event-stream': {
                schema: text,
                'x-events': { rising: loaf, done: { $ref: '#/components/schemas/Loaf' } } as Json,
              },
            },
          },
          202: { description: 'Later.' },
          404: { description: 'None.' },
        } as Json,
      } as Json,
      get: { security: [] as Json[], responses: { 200: { description: 'Fine.' } } } as Json,
    },
  } as Record<string, Record<string, Json>>,
  components: {
    securitySchemes: {
      token: { type: 'http', scheme: 'bearer' },
      key: { type: 'apiKey', in: 'header', name: 'X-API-Key' },
    } as Json,
    schemas: { Loaf: structuredClone(loaf), Order: structuredClone(order) } as Record<
      string,
      typeof loaf | typeof order
    >,
  },
});
type Bakery = ReturnType<typeof bakery>;
/** A part of a document that a test may change in any way, even into an invalid document. */
type Draft = ReturnType<typeof JSON.parse>;

const breaksAfter = (change: (document: Bakery) => void): string[] => {
  const after = bakery();
  change(after);
  return breakingChanges(bakery(), after);
};
const post = (document: Bakery): Draft => document.paths['/loaves/{id}']?.post;
const get = (document: Bakery): Draft => document.paths['/loaves/{id}']?.get;
const Loaf = (document: Bakery): Draft => document.components.schemas.Loaf;
const Order = (document: Bakery): Draft => document.components.schemas.Order;
const operation = 'POST /loaves/{}';

describe('what breaks clients', () => {
  test.each<[string, (document: Bakery) => void, string]>([
    ['a removed path', (d) => delete d.paths['/loaves/{id}'], 'POST /loaves/{} is gone.'],
    ['a removed operation', (d) => delete d.paths['/loaves/{id}']?.post, 'POST /loaves/{} is gone.'],
    ['a removed field of an answer', (d) => delete Loaf(d).properties.name, '201.name is gone.'],
    [
      'a renamed field of an answer',
      (d) => {
        Loaf(d).properties = { title: text, seeds: Loaf(d).properties.seeds };
      },
      '201.name is gone.',
    ],
    [
      'a removed nested field of an answer',
      (d) => delete Loaf(d).properties.seeds.items.properties.kind,
      '201.seeds[].kind is gone.',
    ],
    [
      'a field of an answer that becomes optional',
      (d) => {
        Loaf(d).required = [];
      },
      '201.name was always there and may be absent.',
    ],
    [
      'a field of an answer that becomes nullable',
      (d) => {
        Loaf(d).properties.name = { type: ['string', 'null'] };
      },
      '201.name was string and is string or null.',
    ],
    [
      'a field of an answer that becomes nullable by anyOf',
      (d) => {
        Loaf(d).properties.name = { anyOf: [text, { type: 'null' }] };
      },
      '201.name can have a form that it had not.',
    ],
    [
      'a field of an answer that changes its type',
      (d) => {
        Loaf(d).properties.name = { type: 'number' };
      },
      '201.name was string and is number.',
    ],
    [
      'a field that requests now require',
      (d) => {
        Order(d).required.push('size');
      },
      'body.size is now required.',
    ],
    ['a removed field of requests', (d) => delete Order(d).properties.size, 'body.size is gone.'],
    [
      'a value that is no longer accepted',
      (d) => {
        Order(d).properties.size.enum = ['small'];
      },
      'body.size no longer takes "large".',
    ],
    [
      'a list of accepted values where any value was accepted',
      (d) => {
        post(d).parameters[0].schema = { ...text, enum: ['a'] };
      },
      'path parameter 1 now takes only ["a"].',
    ],
    [
      'a higher minimum',
      (d) => {
        Order(d).properties.count.minimum = 2;
      },
      'body.count has a narrower minimum: 1, now 2.',
    ],
    [
      'a lower maximum',
      (d) => {
        Order(d).properties.count.maximum = 8;
      },
      'body.count has a narrower maximum: 9, now 8.',
    ],
    [
      'a new pattern',
      (d) => {
        post(d).parameters[0].schema = { ...text, pattern: '^a' };
      },
      'path parameter 1 has a narrower pattern: none, now ^a.',
    ],
    [
      'a type that is no longer accepted',
      (d) => {
        post(d).parameters[1].schema = text;
      },
      'query parameter crust was string or null and is string.',
    ],
    [
      'a removed parameter',
      (d) => {
        post(d).parameters.pop();
      },
      'query parameter crust is gone.',
    ],
    [
      'a parameter that becomes required',
      (d) => {
        post(d).parameters[1].required = true;
      },
      'query parameter crust is now required.',
    ],
    [
      'a new required parameter',
      (d) => {
        post(d).parameters.push({ name: 'x', in: 'query', required: true, schema: text });
      },
      'query parameter x is now required.',
    ],
    [
      'a body that becomes required',
      (d) => {
        post(d).requestBody.required = true;
      },
      'a body is now required.',
    ],
    ['a removed success status', (d) => delete post(d).responses[202], 'it no longer answers 202.'],
    [
      'a removed media type of an answer',
      (d) => delete post(d).responses[201].content['text/event-stream'],
      '201 as text/event-stream is gone.',
    ],
    ['a removed header', (d) => delete post(d).responses[201].headers.etag, '201 header etag is gone.'],
    [
      'a removed event',
      (d) => delete post(d).responses[201].content['text/event-stream']['x-events'].rising,
      '201 event rising is gone.',
    ],
    [
      'credentials for an operation that was open',
      (d) => {
        get(d).security = [{ token: ['user'] }];
      },
      'no longer lets in everybody.',
    ],
    [
      'a removed kind of credential',
      (d) => {
        post(d).security.pop();
      },
      'no longer lets in apiKey header X-API-Key bake.',
    ],
    [
      'another scope',
      (d) => {
        post(d).security[1] = { key: ['sell'] };
      },
      'no longer lets in apiKey header X-API-Key bake.',
    ],
    [
      'a higher role',
      (d) => {
        post(d).security[0] = { token: ['admin'] };
      },
      'no longer lets in http bearer user.',
    ],
    [
      'a second credential',
      (d) => {
        post(d).security[0] = { token: ['user'], key: [] };
      },
      'no longer lets in http bearer user.',
    ],
  ])('is %s', (_, change, sentence) => {
    const breaks = breaksAfter(change);
    expect(breaks.some((found) => found.endsWith(sentence) && /^(POST|GET) \/loaves\/\{\}/.test(found))).toBe(
      true,
    );
  });
});

describe('permissions', () => {
  const bearer = { token: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } };
  const key = { key: { type: 'http', scheme: 'bearer' } };
  /** The breaks of an operation that required `before` and requires `after`. */
  const breaksBetween = (before: Json[], after: Json[]): string[] => {
    const [old, current] = [before, after].map((security) => {
      const document = bakery();
      document.components.securitySchemes = { ...bearer, ...key };
      post(document).security = security;
      return document;
    });
    return breakingChanges(old as Bakery, current as Bakery);
  };

  test.each([
    ['admin', 'flags:write'],
    ['operator', 'flags:write'],
    ['user', 'llm'],
    ['flags:write', 'user'],
    ['admin', 'user'],
  ])('a route for %s can require %s instead', (before, after) => {
    expect(breaksBetween([{ token: [before] }], [{ token: [after] }])).toEqual([]);
  });

  test.each([
    ['user', 'flags:write'],
    ['operator', 'users:write'],
    ['flags:read', 'flags:write'],
    ['flags:write', 'flags:read'],
    ['flags:write', 'admin'],
  ])('a route for %s that requires %s instead breaks clients', (before, after) => {
    expect(breaksBetween([{ token: [before] }], [{ token: [after] }])).toEqual([
      `POST /loaves/{} no longer lets in http bearer JWT ${before}.`,
    ]);
  });

  test('an access token does not replace an API key that is no longer accepted', () => {
    const both = [{ token: ['flags:write'] }, { key: ['flags:write'] }];
    for (const required of ['flags:write', 'user']) {
      expect(breaksBetween(both, [{ token: [required] }])).toEqual([
        'POST /loaves/{} no longer lets in http bearer flags:write.',
      ]);
    }
  });
});

describe('what does not break clients', () => {
  test.each<[string, (document: Bakery) => void]>([
    ['nothing', () => undefined],
    [
      'a new operation',
      (d) => {
        d.paths['/new'] = { get: {} };
      },
    ],
    [
      'another name for a path parameter',
      (d) => {
        d.paths = { '/loaves/{loafId}': d.paths['/loaves/{id}'] ?? {} };
        post({ ...d, paths: { '/loaves/{id}': d.paths['/loaves/{loafId}'] ?? {} } }).parameters[0].name =
          'loafId';
      },
    ],
    [
      'another name for a component',
      (d) => {
        const { Loaf: schema } = d.components.schemas;
        d.components.schemas = { ...d.components.schemas, Bread: schema as typeof loaf };
        post(d).responses[201].content['application/json'].schema.$ref = '#/components/schemas/Bread';
      },
    ],
    [
      'a new field of an answer',
      (d) => {
        Loaf(d).properties.weight = text;
      },
    ],
    [
      'a field of an answer that becomes required',
      (d) => {
        Loaf(d).required.push('seeds');
      },
    ],
    [
      'a new optional field of requests',
      (d) => {
        Order(d).properties.note = text;
      },
    ],
    [
      'an additional accepted value',
      (d) => {
        Order(d).properties.size.enum.push('huge');
      },
    ],
    [
      'wider bounds',
      (d) => {
        Order(d).properties.count = { type: 'number', minimum: 0 };
      },
    ],
    [
      'a field of requests that becomes optional',
      (d) => {
        Order(d).required = [];
      },
    ],
    ['a removed failure status', (d) => delete post(d).responses[404]],
    [
      'an additional kind of credential',
      (d) => {
        post(d).security.push({ cookie: [] });
      },
    ],
    [
      'a user role where the admin role was required',
      (d) => {
        get(d).security = [];
      },
    ],
  ])('is %s', (_, change) => {
    expect(breaksAfter(change)).toEqual([]);
  });

  test('a recursive schema', () => {
    const tree = { type: 'object', properties: { child: { $ref: '#/components/schemas/Loaf' } } };
    const document = { ...bakery(), components: { schemas: { Loaf: tree, Order: order } } };
    expect(breakingChanges(document, structuredClone(document))).toEqual([]);
  });
});

test('a deliberate break needs a reason under its own sentence', () => {
  const [sentence = ''] = breaksAfter((d) => delete d.paths['/loaves/{id}']?.get);
  expect(unexplained([sentence], {})).toEqual([sentence]);
  expect(unexplained([sentence], { [sentence]: ' ' })).toEqual([sentence]);
  expect(unexplained([sentence], { [sentence]: 'No client used it.' })).toEqual([]);
  expect(sentence).not.toContain(operation);
});

test('one reason can explain all breaks whose sentences end alike', () => {
  const breaks = ['GET /a: body.x is gone.', 'GET /b: body.y is gone.', 'GET /b: body.y is narrower.'];
  expect(unexplained(breaks, { '* is gone.': 'No client used it.' })).toEqual([breaks[2]]);
  expect(unexplained(breaks, { '* is gone.': '' })).toEqual(breaks);
  expect(unexplained(breaks, { ' is gone.': 'No client used it.' })).toEqual(breaks);
});

describe('the document to compare with', () => {
  const repository = async (...versions: string[]) => {
    const folder = await mkdtemp(join(tmpdir(), 'valuecanvas-api-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const git = (...args: string[]) =>
      execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.com', ...args], { cwd: folder });
    git('init', '--quiet');
    for (const version of versions) {
      await writeFile(join(folder, 'api.json'), version);
      git('add', 'api.json');
      git('commit', '--quiet', '--message', version);
    }
    return folder;
  };

  test('is that of the last commit if the current one differs', async () => {
    const last = await lastDocument('api.json', 'three', await repository('one', 'two'));
    expect(last).toEqual({ commit: 'HEAD', text: 'two' });
  });

  test('is that of the parent commit if the last one equals the current one', async () => {
    const last = await lastDocument('api.json', 'two', await repository('one', 'two'));
    expect(last).toEqual({ commit: 'HEAD^', text: 'one' });
  });

  test('is undefined without an earlier commit or without git', async () => {
    expect(await lastDocument('api.json', 'one', await repository('one'))).toBeUndefined();
    expect(await lastDocument('api.json', 'one', await repository())).toBeUndefined();
  });
});

describe('linting a document', () => {
  const sound = {
    openapi: '3.1.0',
    info: { title: 'Bakery', version: '1', description: 'Loaves.' },
    servers: [{ url: '/' }],
    tags: [{ name: 'Loaves', description: 'All of them.' }],
    paths: {
      '/loaves': {
        get: {
          operationId: 'bakery.list',
          tags: ['Loaves'],
          summary: 'List loaves',
          description: 'All loaves.',
          security: [],
          responses: { 200: { description: 'The loaves.' } },
        },
      },
    },
  };

  test('finds no fault in a valid one', async () => {
    expect(await lintDocument(JSON.stringify(sound))).toEqual([]);
  });

  test.each<[string, Json]>([
    ['no-unresolved-refs', { responses: { 200: { $ref: '#/components/responses/None' } } }],
    ['security-defined', { security: [{ token: [] }] }],
    ['operation-summary', { summary: undefined }],
    ['operation-description', { description: undefined }],
    ['struct', { parameters: [{ name: 'a', in: 'query', schema: { type: 'string', nullable: true } }] }],
    ['path-parameters-defined', { parameters: [{ name: 'a', in: 'path', required: true, schema: text }] }],
  ])('finds %s', async (rule, change) => {
    const document = structuredClone(sound) as typeof sound;
    Object.assign(document.paths['/loaves'].get, change);
    expect((await lintDocument(JSON.stringify(document))).join()).toContain(`(${rule})`);
  });
});
