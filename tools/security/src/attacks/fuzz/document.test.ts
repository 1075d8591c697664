import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { acceptanceFaults, faultsOf, refusalFaults } from './check-answer.ts';
import { readDocument } from './documented.ts';
import { createRequests } from './requests.ts';
import { statedRules } from './stated-rules.ts';

const text = { type: 'string' };
const requestId = { 'x-request-id': { $ref: '#/components/headers/x-request-id' } };
const json = (schema: object) => ({ 'application/json': { schema } });

const document = {
  paths: {
    '/api/loaves/{id}/{name}': {
      put: {
        operationId: 'loaves.change',
        description: 'Loaves of yesterday cannot be changed.',
        security: [{ accessToken: ['user'] }],
        parameters: [
          { name: 'id', in: 'path', required: true, schema: { type: 'string', format: 'uuid' } },
          { name: 'name', in: 'path', required: true, schema: { type: 'string', maxLength: 5 } },
          { name: 'limit', in: 'query', required: true, schema: { type: 'integer', minimum: 1, maximum: 9 } },
          { name: 'x-key', in: 'header', schema: { type: 'string', pattern: '^[!-~]{1,9}$' } },
        ],
        requestBody: {
          description: 'At most 64 KiB.',
          content: json({ $ref: '#/components/schemas/Loaf' }),
        },
        responses: {
          200: {
            headers: { ...requestId, age: { schema: { type: 'integer', minimum: 0 } } },
            content: {
              ...json({ $ref: '#/components/schemas/Loaf' }),
              'text/event-stream': {
                schema: text,
                'x-events': { rising: { $ref: '#/components/schemas/Loaf' } },
              },
            },
          },
          204: { headers: requestId },
          402: { $ref: '#/components/responses/POOR' },
          503: { $ref: '#/components/responses/POOR' },
        },
      },
    },
  },
  components: {
    headers: { 'x-request-id': { required: true, schema: text } },
    responses: { POOR: { headers: requestId, content: json({ type: 'object', required: ['code'] }) } },
    schemas: {
      Loaf: {
        type: 'object',
        required: ['name'],
        properties: { name: text },
        additionalProperties: false,
        description: 'Bread in one piece.',
      },
    },
  },
};

const { operations, resolve } = readDocument({ status: 200, json: document });
const [change] = operations;
if (!change) throw new Error('no operation');

const answer = (status: number, body: unknown, headers: Record<string, string> = {}) => ({
  status,
  headers: { 'x-request-id': '1', 'content-type': 'application/json; charset=utf-8', ...headers },
  text: body === undefined ? '' : JSON.stringify(body),
  json: body,
});

describe('the documentation of an operation', () => {
  test('is read with all its references', () => {
    expect(change).toMatchObject({ name: 'PUT /api/loaves/{id}/{name}', id: 'loaves.change', spends: true });
    expect(change.body?.maxBytes).toBe(65_536);
    expect([...change.answers.keys()]).toEqual([200, 204, 402, 503]);
    expect(change.words).toContain('Bread in one piece.');
  });
});

describe('an answer', () => {
  test('accepts an answer that conforms', () => {
    expect(faultsOf(change, answer(200, { name: 'rye' }, { age: '7' }))).toEqual([]);
    expect(faultsOf(change, answer(204, undefined))).toEqual([]);
    expect(faultsOf(change, answer(402, { code: 'BUDGET_EXCEEDED' }))).toEqual([]);
  });

  test.each([
    ['another status', answer(418, {}), 'answers 418, which is not documented'],
    ['a failure, documented or not', answer(503, { code: 'X' }), 'answers 503'],
    ['another body', answer(200, { nom: 'rye' }), 'answers 200 with another body than documented'],
    ['a body where none belongs', answer(204, {}), 'answers 204 with a body that is not documented'],
    ['another type', answer(200, {}, { 'content-type': 'text/html' }), 'answers 200 as text/html'],
    ['no JSON', { ...answer(200, undefined), text: '{' }, 'answers 200 with invalid JSON'],
    ['another header', answer(200, { name: 'rye' }, { age: 'old' }), 'answers 200 with age: old'],
    [
      'a required header missing',
      { ...answer(204, undefined), headers: {} },
      'answers 204 without x-request-id',
    ],
  ])('reports an answer with %s', (_, given, fault) => {
    expect(faultsOf(change, given)).toEqual([expect.stringContaining(fault)]);
  });

  test('is checked for each event', () => {
    const stream = (event: string, data: object) => ({
      ...answer(200, undefined, { 'content-type': 'text/event-stream' }),
      text: `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`,
    });
    expect(faultsOf(change, stream('rising', { name: 'rye' }))).toEqual([]);
    expect(faultsOf(change, stream('rising', {}))).toEqual([
      expect.stringContaining('sends the event rising with'),
    ]);
    expect(faultsOf(change, stream('burning', {}))).toEqual([
      expect.stringContaining('sends the event burning, which'),
    ]);
  });
});

describe('a valid request', () => {
  const refused = answer(400, { message: 'loaves: too old' });
  const rule = { operation: /^loaves\./, refusal: /too old/, words: 'Loaves of yesterday' };

  test('may be refused only for unpredictable reasons', () => {
    expect(refusalFaults(change, refused, [])).toEqual([
      expect.stringContaining('refuses a documented request with 400'),
    ]);
    expect(refusalFaults(change, answer(401, {}), [])).toHaveLength(1);
    expect(refusalFaults({ ...change, guarded: false }, answer(401, {}), [])).toEqual([]);
    for (const status of [200, 402, 404, 409, 429])
      expect(refusalFaults(change, answer(status, {}), [])).toEqual([]);
  });

  test('may be refused by a rule that the document states, and by no other', () => {
    expect(refusalFaults(change, refused, [rule])).toEqual([]);
    expect(refusalFaults(change, refused, [{ ...rule, words: 'Loaves of today' }])).toHaveLength(1);
    expect(refusalFaults(change, refused, [{ ...rule, refusal: /too young/ }])).toHaveLength(1);
    expect(refusalFaults(change, refused, [{ ...rule, operation: /^rolls\./ }])).toHaveLength(1);
  });
});

test('an invalid request must not succeed', () => {
  expect(acceptanceFaults(answer(200, {}))).toEqual(['answers 200']);
  expect(acceptanceFaults(answer(400, {}))).toEqual([]);
});

describe('requests to an operation', () => {
  const { valid, broken } = createRequests(change, resolve, {});

  test('keep the rules of each of its parts', () => {
    for (const { method, path, headers, body } of fc.sample(valid, 50)) {
      expect(method).toBe('PUT');
      expect(path).toMatch(/^\/api\/loaves\/[\da-fA-F-]{36}\/(?!\.{1,2}\?)[^/?]+\?limit=[1-9]$/);
      expect(headers?.['x-key'] ?? 'none').toMatch(/^[!-~]{1,9}$/);
      expect(JSON.parse(String(body))).toEqual({ name: expect.any(String) });
    }
  });

  test('break each rule of each of its parts', () => {
    expect(broken.map(({ rule }) => rule)).toEqual(
      expect.arrayContaining([
        'path parameter id: format',
        'query parameter limit: type, as string',
        'query parameter limit: minimum',
        'query parameter limit: maximum',
        'query parameter limit: required',
        'query parameter limit: twice',
        'header parameter x-key: pattern, as "a b"',
        'body.required name',
        'body.name: type, as number',
        'body: another content type',
        'body: no JSON',
      ]),
    );
  });

  test('repeat a parameter to break its uniqueness', () => {
    const twice = broken.find(({ rule }) => rule === 'query parameter limit: twice');
    const [{ path = '' } = {}] = twice ? fc.sample(twice.question, 1) : [];
    expect(path).toMatch(/\?limit=(\d)&limit=\1$/);
  });

  test('never change the path, and can be sent', () => {
    for (const { rule, question } of broken) {
      const [{ path = '', headers = {} } = {}] = fc.sample(question, 1);
      expect(path, rule).toMatch(/^\/api\/loaves\/[^/?]+\/(?!\.{1,2}\?)[^/?]+(?:\?[^?]*)?$/);
      for (const value of Object.values(headers)) expect(String(value), rule).toMatch(/^[ -~]*$/);
    }
  });
});

test('the platform’s document states every rule that no schema expresses', async () => {
  const file = new URL('../../../../../docs/openapi.json', import.meta.url);
  const { operations } = readDocument({ status: 200, json: JSON.parse(await readFile(file, 'utf8')) });
  const unstated = statedRules.filter(
    (rule) => !operations.some(({ id, words }) => rule.operation.test(id) && words.includes(rule.words)),
  );
  expect(unstated).toEqual([]);
});
