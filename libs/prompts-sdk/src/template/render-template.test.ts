import type { PromptVariable } from '@valuecanvas/contracts-prompt-registry';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { expandTemplate } from './expand-template.ts';
import { parseTemplate } from './parse-template.ts';
import { assertFits, renderTemplate, type TemplateValues } from './render-template.ts';

const required = (name: string): PromptVariable => ({ name, required: true });
const optional = (name: string): PromptVariable => ({ name, required: false });

/** Parses a template that embeds the given ones. */
const parsed = (text: string, embedded: Readonly<Record<string, string>> = {}) =>
  expandTemplate(parseTemplate(text), (reference) => parseTemplate(embedded[reference] ?? ''));

const render = (text: string, variables: readonly PromptVariable[], values: TemplateValues) => {
  assertFits(variables, values);
  return renderTemplate(parsed(text), values);
};

test('a value replaces every occurrence of its variable', () => {
  expect(render('{{a}}, {{b}}, {{a}}', [required('a'), required('b')], { a: '1', b: '2' })).toBe('1, 2, 1');
});

test.each<[string, TemplateValues, string]>([
  ['present', { a: 'x' }, '[x]'],
  ['empty', { a: '' }, ''],
  ['undefined', { a: undefined }, ''],
  ['absent', {}, ''],
])('a section whose value is %s is rendered only if the value is not empty', (_, values, expected) => {
  expect(render('{{#a}}[{{a}}]{{/a}}', [optional('a')], values)).toBe(expected);
});

test('an omitted section omits its nested sections', () => {
  const text = 'start {{#a}}A{{#b}}B{{/b}}{{/a}} end';
  const variables = [optional('a'), optional('b')];
  expect(render(text, variables, { b: '1' })).toBe('start  end');
  expect(render(text, variables, { a: '1' })).toBe('start A end');
  expect(render(text, variables, { a: '1', b: '1' })).toBe('start AB end');
});

test('an optional variable without a value is empty', () => {
  expect(render('<{{a}}>', [optional('a')], {})).toBe('<>');
});

test('a required value may be empty, but not missing', () => {
  expect(render('<{{a}}>', [required('a')], { a: '' })).toBe('<>');
  expect(() => render('<{{a}}>', [required('a')], { a: undefined })).toThrow();
});

test('all missing and all unknown variables are reported together', () => {
  const failing = () => render('{{a}}{{b}}', [required('a'), required('b')], { x: '1', constructor: '2' });
  expect(failing).toThrow(
    expect.objectContaining({
      code: 'VALIDATION_FAILED',
      details: [
        { path: 'variables.a', message: 'is required' },
        { path: 'variables.b', message: 'is required' },
        { path: 'variables.x', message: 'is not a variable of this prompt' },
        { path: 'variables.constructor', message: 'is not a variable of this prompt' },
      ],
    }),
  );
});

test('a variable named like an inherited object property has no value by default', () => {
  expect(render('{{#constructor}}x{{/constructor}}', [optional('constructor')], {})).toBe('');
});

test.each<[TemplateValues[string], string]>([
  [3.5, '[3.5]'],
  [0, '[0]'],
  [true, '[true]'],
  [false, ''],
  [['a', 'b'], '[["a","b"]]'],
  [[], ''],
  [{ a: '{{b}}' }, '[{"a":"{{b}}"}]'],
])('the value %j is inserted as JSON, and a section omits it if it is false or empty', (a, expected) => {
  const variable = { ...optional('a'), schema: {} };
  expect(render('{{#a}}[{{a}}]{{/a}}', [variable], { a })).toBe(expected);
});

test('each value must match the schema of its variable, or be a text', () => {
  const variables: PromptVariable[] = [
    { ...required('tone'), schema: { enum: ['warm', 'formal'] } },
    { ...required('points'), schema: { type: 'array', items: { type: 'string', maxLength: 3 } } },
    required('name'),
  ];
  const text = '{{tone}}{{points}}{{name}}';
  expect(render(text, variables, { tone: 'warm', points: ['a'], name: 'Anna' })).toBe('warm["a"]Anna');
  expect(() => render(text, variables, { tone: 'cold', points: ['a', 'long'], name: 3 })).toThrow(
    expect.objectContaining({
      details: [
        { path: 'variables.tone', message: 'must be equal to one of the allowed values' },
        { path: 'variables.points', message: '/1 must not have more than 3 characters' },
        { path: 'variables.name', message: 'must be string' },
      ],
    }),
  );
});

test('sections nest to any depth that fits in a template', () => {
  const depth = 8_000;
  const text = `${'{{#a}}'.repeat(depth)}x${'{{/a}}'.repeat(depth)}`;
  expect(render(text, [optional('a')], { a: '1' })).toBe('x');
});

const braces = fc.array(
  fc.constantFrom('{{', '}}', '{{a}}', '{{#b}}', '{{/b}}', '{{b}}', '$&', '{', 'x', '\n'),
);
const value = fc.oneof(
  fc.string({ unit: 'binary' }),
  braces.map((pieces) => pieces.join('')),
);

test('braces within values are never expanded', () => {
  const template = parsed('{{a}}|{{#b}}{{b}}{{/b}}|{{a}}');
  fc.assert(
    fc.property(value, value, (a, b) => {
      const content = renderTemplate(template, { a, b });
      expect(content).toBe(`${a}|${b}|${a}`);
    }),
  );
});

test('a rendered text is the concatenation of its parts', () => {
  const text = fc.string().filter((piece) => !piece.includes('{') && !piece.includes('}'));
  fc.assert(
    fc.property(fc.array(fc.tuple(text, value), { maxLength: 20 }), (pieces) => {
      const template = parsed(pieces.map(([before], index) => `${before}{{v${index}}}`).join(''));
      const values = Object.fromEntries(pieces.map(([, inserted], index) => [`v${index}`, inserted]));
      expect(renderTemplate(template, values)).toBe(pieces.flat().join(''));
    }),
  );
});

test('an embedded prompt is rendered in its place, at any position between sections', () => {
  const embedded = { 'b@2': '{{#x}}({{>c}}){{/x}}!', 'c@production': 'c{{y}}' };
  const template = parsed('{{#x}}1{{>b@2}}{{#y}}2{{> b@2 }}{{/y}}3{{/x}}4{{>c@production}}', embedded);
  expect(renderTemplate(template, { x: 'X', y: 'Y' })).toBe('1(cY)!2(cY)!34cY');
  expect(renderTemplate(template, { x: 'X' })).toBe('1(c)!34c');
  expect(renderTemplate(template, { y: 'Y' })).toBe('4cY');
});

test('an embedded prompt never forms a tag with the text around it', () => {
  expect(renderTemplate(parsed('{{>b}}{a}}', { 'b@production': '{' }), { a: '1' })).toBe('{{a}}');
});
