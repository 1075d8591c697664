import { expect, test } from 'vitest';
import { questionOf, readOperations } from './operations.ts';

const parameter = (name: string, schema: object) => ({ in: 'path', name, schema });

const json = {
  paths: {
    '/health': { summary: 'no operation', get: { security: [] } },
    '/api/things/{id}/copies/{n}': {
      put: {
        security: [{ accessToken: ['user'] }, { session: ['user'], csrfToken: [] }],
        parameters: [
          parameter('id', { type: 'string', format: 'uuid' }),
          parameter('n', { type: 'integer' }),
        ],
        requestBody: { content: { 'application/json': {} } },
      },
    },
    '/api/flags/{key}': {
      delete: {
        'x-permission': 'flags:write',
        security: [{ accessToken: ['flags:write'] }],
        parameters: [parameter('key', { type: 'string' })],
      },
      get: { 'x-permission': 'flags:evaluate', security: [{ accessToken: ['flags:evaluate'] }] },
    },
    '/api/figures': { get: { security: [{}, { accessToken: ['user'] }] } },
  },
};

test('a request has its route’s method, plausible parameters, and a body if the route takes one', () => {
  const [, copy, flag] = readOperations({ status: 200, json }).map(questionOf);
  expect(copy).toEqual({
    method: 'PUT',
    path: expect.stringMatching(/^\/api\/things\/[\da-f-]{36}\/copies\/1$/),
    body: {},
  });
  expect(flag).toEqual({ method: 'DELETE', path: '/api/flags/probe' });
});

test('a route needs credentials unless the document declares it public', () => {
  const operations = readOperations({ status: 200, json });
  expect(operations.map(({ guarded }) => guarded)).toEqual([false, true, true, true, false]);
  expect(operations.filter(({ operatorsOnly }) => operatorsOnly).map(({ method }) => method)).toEqual([
    'DELETE',
  ]);
});

test('an answer without routes is rejected', () => {
  expect(() => readOperations({ status: 404, json: {} })).toThrow('no OpenAPI document (status 404)');
});
