import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatPrompt, type PromptFile, parsePrompt } from './prompt-file.ts';

const prompt = (template: string): PromptFile => ({
  key: 'a',
  versions: [{ labels: ['production'], content: { metadata: {}, variables: [], template } }],
});

const roundTrip = (template: string) => parsePrompt(formatPrompt(prompt(template)), 'a.yaml');

test('every text survives its file', () => {
  const pieces = fc.constantFrom(
    '\r\n',
    '\n',
    ' ',
    '\t',
    '{{name}}',
    '{"a": 1}',
    '#',
    ': ',
    '- ',
    '|',
    'مرحبا',
    '\u2028',
  );
  const text = fc.oneof(
    fc.string({ unit: 'grapheme', minLength: 1 }),
    fc.array(pieces, { minLength: 1 }).map((parts) => parts.join('')),
  );
  fc.assert(
    fc.property(text, (template) => {
      expect(roundTrip(template)).toEqual(prompt(template));
    }),
    { examples: [[' \n'], ['\n \n'], [' \n a'], ['a\n ']] },
  );
});

test('a text is written line by line, so that reviews show its changed lines', () => {
  expect(formatPrompt(prompt('First {{a}}\n\n  Second\n'))).toBe(`key: a
versions:
  - labels:
      - production
    metadata: {}
    variables: []
    template: |
      First {{a}}

        Second
`);
});

test('variables may be written in full or as a JSON Schema, and defaults may be left out', () => {
  const version = (rest: string) =>
    parsePrompt(`key: a\nversions:\n  - { labels: [default/b, x/c], template: x, ${rest} }`, 'a.yaml')
      .versions;
  const short = version('variables: [n]');
  expect(short).toEqual([
    { labels: ['b', 'x/c'], content: { metadata: {}, variables: ['n'], template: 'x' } },
  ]);
  expect(version('variables: [{ name: n, required: true }], metadata: { tags: [], author: me }')).toEqual(
    short,
  );
  expect(
    version('variables: { type: object, properties: { n: { type: number } }, required: [n] }')[0]?.content
      .variables,
  ).toEqual([{ name: 'n', required: true, schema: { type: 'number' } }]);
});
