import Type from 'typebox';
import { expect, test } from 'vitest';
import { kitVariables, serviceUrl } from './kit-variables.ts';
import { ConfigError, type Environment, parseConfig } from './parse-config.ts';

type Variables = Parameters<typeof parseConfig>[0];

function faultsOf(variables: Variables, environment: Environment): readonly string[] {
  try {
    parseConfig(variables, environment);
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
  return [];
}

const text = (options = {}) => Type.String({ description: 'A text.', ...options });

test('all errors are reported together, each with the name and meaning of its variable', () => {
  const variables = {
    NAME: text({ description: 'Display name.' }),
    SIZE: Type.Integer({ minimum: 1, description: 'How big.' }),
    FINE: text({ default: 'x' }),
  };
  const faults = faultsOf(variables, { SIZE: 'big' });
  expect(faults).toHaveLength(2);
  expect(faults[0]).toBe('NAME is required: Display name.');
  expect(faults[1]).toMatch(/^SIZE must be integer \(got "big"\): How big\.$/);
  expect(() => parseConfig(variables, {})).toThrow(/Invalid configuration:\n {2}- NAME.*\n {2}- SIZE/s);
});

test('the value of a secret is never repeated in an error', () => {
  const variables = { KEY: text({ secret: true, minLength: 30 }), PORT: Type.Integer({ secret: true }) };
  const faults = faultsOf(variables, { KEY: 'sesame', PORT: 'opensesame' });
  expect(faults).toHaveLength(2);
  expect(faults.join()).not.toContain('sesame');
});

test('an absent or blank variable gets its default', () => {
  const variables = { NAME: text({ default: 'canvas' }), NOTE: Type.Optional(text()), NEEDED: text() };
  expect(parseConfig(variables, { NAME: '  ', NOTE: '', NEEDED: ' x ' })).toEqual({
    NAME: 'canvas',
    NEEDED: 'x',
  });
  expect(faultsOf(variables, { NEEDED: '' })).toEqual(['NEEDED is required: A text.']);
});

test.each([
  ['true', true],
  ['1', true],
  ['TRUE', true],
  ['false', false],
  ['0', false],
])('%s is parsed as a boolean', (given, expected) => {
  expect(parseConfig({ ON: Type.Boolean() }, { ON: given })).toEqual({ ON: expected });
});

test('any other text is rejected as a boolean', () => {
  expect(faultsOf({ ON: Type.Boolean({ description: 'On.' }) }, { ON: 'yes' })).toHaveLength(1);
});

test('numbers are parsed and checked against their bounds, and text that only starts with a number is rejected', () => {
  const variables = { N: Type.Integer({ minimum: 0, maximum: 10 }), RATE: Type.Number() };
  expect(parseConfig(variables, { N: '7', RATE: '0.25' })).toEqual({ N: 7, RATE: 0.25 });
  for (const N of ['11', '-1', '1.5', '7up', '0x'])
    expect(faultsOf(variables, { N, RATE: '1' })).toHaveLength(1);
});

test('a variable that another one replaces is required only if that one is absent', () => {
  const variables = {
    KEYS: Type.Optional(text({ requiredWithout: 'ELSEWHERE', description: 'Our own.' })),
    ELSEWHERE: Type.Optional(text()),
    NAME: text(),
  };
  expect(faultsOf(variables, { ELSEWHERE: ' ' })).toEqual([
    'KEYS is required without ELSEWHERE: Our own.',
    'NAME is required: A text.',
  ]);
  expect(parseConfig(variables, { ELSEWHERE: 'x', NAME: 'a' })).toEqual({ ELSEWHERE: 'x', NAME: 'a' });
  expect(parseConfig(variables, { KEYS: 'k', NAME: 'a' })).toEqual({ KEYS: 'k', NAME: 'a' });
});

test('a list is separated by commas, without blanks and empty parts', () => {
  const variables = { ORIGINS: Type.Array(Type.String({ minLength: 2 }), { default: [] }) };
  expect(parseConfig(variables, { ORIGINS: ' https://a , ,https://b,' })).toEqual({
    ORIGINS: ['https://a', 'https://b'],
  });
  expect(parseConfig(variables, {})).toEqual({ ORIGINS: [] });
  expect(faultsOf(variables, { ORIGINS: 'aa,b' })).toHaveLength(1);
});

test('a configuration is frozen', () => {
  const config = parseConfig({ NAME: text(), LIST: Type.Array(Type.String()) }, { NAME: 'a', LIST: 'b' });
  expect(Object.isFrozen(config)).toBe(true);
  expect(Object.isFrozen(config.LIST)).toBe(true);
});

test('only declared variables are read', () => {
  expect(parseConfig({ NAME: text() }, { NAME: 'a', OTHER: 'b' })).toEqual({ NAME: 'a' });
});

test('every variable of the kit has a default, so a service starts in an empty environment', () => {
  expect(parseConfig(kitVariables('llm-router'), {})).toMatchObject({
    PORT: 3101,
    INTERNAL_PORT: 9101,
    LOG_LEVEL: 'info',
  });
});

test('a port out of range, an unknown level and an invalid address are rejected', () => {
  const variables = {
    ...kitVariables({ public: 1, internal: 2 }),
    ROUTER_URL: serviceUrl('llm-router'),
  };
  const faults = faultsOf(variables, { PORT: '70000', LOG_LEVEL: 'loud', ROUTER_URL: 'router' });
  expect(faults.map((fault) => fault.split(' ')[0])).toEqual(['PORT', 'LOG_LEVEL', 'ROUTER_URL']);
});
