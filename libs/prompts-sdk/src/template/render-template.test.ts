import type { PromptVariable } from '@valuecanvas/contracts-prompt-registry';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseTemplate } from './parse-template.ts';
import { renderTemplate, type TemplateValues } from './render-template.ts';

const required = (name: string): PromptVariable => ({ name, required: true });
const optional = (name: string): PromptVariable => ({ name, required: false });

const render = (text: string, variables: readonly PromptVariable[], values: TemplateValues) =>
  renderTemplate(parseTemplate(text), variables, values);

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
  const template = parseTemplate('{{a}}|{{#b}}{{b}}{{/b}}|{{a}}');
  fc.assert(
    fc.property(value, value, (a, b) => {
      const content = renderTemplate(template, [required('a'), optional('b')], { a, b });
      expect(content).toBe(`${a}|${b}|${a}`);
    }),
  );
});

test('a rendered text is the concatenation of its parts', () => {
  const text = fc.string().filter((piece) => !piece.includes('{') && !piece.includes('}'));
  fc.assert(
    fc.property(fc.array(fc.tuple(text, value), { maxLength: 20 }), (pieces) => {
      const names = pieces.map((_, index) => `v${index}`);
      const template = parseTemplate(pieces.map(([before], index) => `${before}{{v${index}}}`).join(''));
      const values = Object.fromEntries(pieces.map(([, inserted], index) => [`v${index}`, inserted]));
      expect(renderTemplate(template, names.map(required), values)).toBe(pieces.flat().join(''));
    }),
  );
});
