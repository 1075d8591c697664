import { expect, test } from 'vitest';
import type { CompletionBody } from '../protocol/completion.ts';
import { createLearnedFeatures, type Feature, featuresNamedBy, withoutFeatures } from './features.ts';
import { ProviderError } from './provider-error.ts';

const schema = { type: 'object', properties: { answer: { type: 'string' } }, required: ['answer'] };
const bySchema = { type: 'json_schema', json_schema: { name: 'answer', strict: true, schema } };
const question = { role: 'user', content: 'Why?' };

const bodyOf = (fields: Partial<CompletionBody>): CompletionBody => ({
  model: 'a',
  messages: [question],
  ...fields,
});
const without = (fields: Partial<CompletionBody>, ...lacked: Feature[]) =>
  withoutFeatures(bodyOf(fields), new Set(lacked));

test('a schema becomes a JSON object, then plain text, and a system message describes it', () => {
  const asObject = without({ response_format: bySchema }, 'json_schema');
  expect(asObject.response_format).toEqual({ type: 'json_object' });
  expect(asObject.messages).toEqual([
    { role: 'system', content: expect.stringContaining(JSON.stringify(schema)) },
    question,
  ]);
  const asText = without({ response_format: bySchema }, 'json_schema', 'json_object');
  expect(asText).not.toHaveProperty('response_format');
  expect(asText.messages).toEqual(asObject.messages);
});

test('a server that has schemas but no JSON objects still gets schemas', () => {
  expect(without({ response_format: bySchema }, 'json_object').response_format).toBe(bySchema);
  const wanted = without({ response_format: { type: 'json_object' } }, 'json_object');
  expect(wanted).not.toHaveProperty('response_format');
  expect(wanted.messages).toEqual([
    { role: 'system', content: expect.stringMatching(/JSON object/) },
    question,
  ]);
});

test.each([
  ['text', 'Be brief.', /^Be brief\.\n\n.*JSON/s],
  ['nothing', '', /^Answer with JSON/],
  ['null', null, /^Answer with JSON/],
])('a system message with %s is extended, since some templates accept only one', (_, content, expected) => {
  const { messages } = without(
    { response_format: bySchema, messages: [{ role: 'system', content }, question] },
    'json_schema',
  );
  expect(messages).toEqual([{ role: 'system', content: expect.stringMatching(expected) }, question]);
});

test('a system message of parts gets one more part', () => {
  const part = { type: 'text', text: 'Be brief.' };
  const { messages } = without(
    { response_format: bySchema, messages: [{ role: 'developer', content: [part] }, question] },
    'json_schema',
    'developer',
  );
  const described = { type: 'text', text: expect.stringContaining('JSON Schema') };
  expect(messages).toEqual([{ role: 'system', content: [part, described] }, question]);
});

test('messages of the developer become system messages', () => {
  const messages = [
    { role: 'developer', content: 'Be brief.' },
    question,
    { role: 'developer', content: 'Now.' },
  ];
  expect(without({ messages }, 'developer').messages).toEqual([
    { role: 'system', content: 'Be brief.' },
    question,
    { role: 'system', content: 'Now.' },
  ]);
});

test.each<[fields: Partial<CompletionBody>]>([
  [{}],
  [{ response_format: { type: 'text' } }],
  [{ response_format: null }],
  [{ response_format: { type: 'json_schema' } }],
  [{ response_format: { type: 'grammar', grammar: 'x' } }],
  [{ messages: [null, 'text', { role: 'system', content: 'x' }] }],
])('a body that uses none of the features stays as it is: %j', (fields) => {
  const body = bodyOf(fields);
  expect(withoutFeatures(body, new Set(['json_schema', 'json_object', 'developer']))).toBe(body);
});

const sentWith = (fields: Partial<CompletionBody>) => ({
  provider: { serviceTiers: undefined },
  body: bodyOf(fields),
  stream: false,
});

const named = (
  message: string,
  { fields = {}, lacked = [] as Feature[], isBinding = true, param = undefined as string | undefined } = {},
) =>
  featuresNamedBy(
    new ProviderError('caller', 'a', message, { param }),
    { ...sentWith({ response_format: bySchema, ...fields }), lacked: new Set(lacked) },
    isBinding,
  );

test.each([
  "Invalid parameter: 'response_format' of type 'json_schema' is not supported with this model.",
  'This response_format type is unavailable now',
  'This model does not support response format `json_schema`. See supported models at https://example.com',
  "Invalid value: 'json_schema'. Supported values are: 'json_object' and 'text'.",
  "Extra inputs are not permitted, field: 'response_format.json_schema'",
  'Unrecognized request argument supplied: response_format',
  "body.response_format.type: Input should be 'text' or 'json_object'",
  "'response_format.type' must be one of text, json_object",
  'Structured outputs are not available for this model',
  'guided decoding is not enabled on this server',
  "Unknown parameter: 'response_format'.",
  'json_schema isn’t supported',
])('a model lacks the schema if its refusal says: %s', (message) => {
  expect(named(message)).toEqual({ named: ['json_schema'], isLacked: true });
});

test('a refusal that names the format without a reason is retried without it, but not remembered', () => {
  expect(named('Bad response_format')).toEqual({ named: ['json_schema'], isLacked: false });
  expect(named('Bad request', { param: 'response_format' })).toEqual({
    named: ['json_schema'],
    isLacked: false,
  });
});

const schemaFaults = [
  "Invalid schema for response_format 'answer': In context=(), 'additionalProperties' is required to be supplied and to be false.",
  "Invalid schema for response_format 'answer': In context=('properties', 'x'), 'minLength' is not permitted.",
  "json_schema: keyword 'pattern' is not supported",
  "Missing required parameter: 'response_format.json_schema.name'.",
];

test.each(schemaFaults)('a refusal of the schema itself is the caller’s: %s', (message) => {
  expect(named(message)).toBeUndefined();
});

test.each(schemaFaults)('a schema that is only described is sent as text instead: %s', (message) => {
  expect(named(message, { isBinding: false })).toEqual({ named: ['json_schema'], isLacked: false });
});

test('a refusal names the format that was sent', () => {
  const text = 'response_format is not supported';
  expect(named(text, { lacked: ['json_schema'] })?.named).toEqual(['json_object']);
  expect(named(text, { lacked: ['json_schema', 'json_object'] })).toBeUndefined();
  expect(named(text, { fields: { response_format: undefined } })).toBeUndefined();
});

test.each([
  ["'developer' is not one of ['system', 'assistant', 'user', 'function'] - 'messages.0.role'", true],
  ['messages[0].role: unknown variant `developer`, expected one of `system`, `user`', true],
  ['Unexpected message role.', false],
])('a model lacks the role developer if its refusal says: %s', (message, isLacked) => {
  const fields = { messages: [{ role: 'developer', content: 'Be brief.' }, question] };
  expect(named(message, { fields })).toEqual({ named: ['developer'], isLacked });
  expect(named(message)).toBeUndefined();
});

test('an error other than the refusal of a request names no feature', () => {
  const error = new ProviderError('unavailable', 'a', 'response_format is not supported');
  const sent = { ...sentWith({ response_format: bySchema }), lacked: new Set<Feature>() };
  expect(featuresNamedBy(error, sent, true)).toBeUndefined();
});

test('what a model lacks is remembered for an hour', () => {
  let time = 0;
  const learned = createLearnedFeatures(() => time);
  learned.learn('a', new Set(['json_schema']));
  learned.learn('a', new Set(['developer']));
  expect(learned.lackedBy('a')).toEqual(new Set(['json_schema', 'developer']));
  expect(learned.lackedBy('b')).toBeUndefined();
  time = 3_599_999;
  expect(learned.lackedBy('a')).toBeDefined();
  time = 3_600_000;
  expect(learned.lackedBy('a')).toBeUndefined();
});

test('a thousand models are remembered, the latest ones', () => {
  const learned = createLearnedFeatures(() => 0);
  for (let at = 0; at <= 1_000; at += 1) learned.learn(`m${at}`, new Set(['developer']));
  expect([learned.lackedBy('m0'), learned.lackedBy('m1'), learned.lackedBy('m1000')]).toEqual([
    undefined,
    new Set(['developer']),
    new Set(['developer']),
  ]);
});
