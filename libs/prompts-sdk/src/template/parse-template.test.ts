import { AppError } from '@valuecanvas/contracts-core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseTemplate } from './parse-template.ts';

function faultsOf(text: string): string[] {
  try {
    parseTemplate(text);
    return [];
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'VALIDATION_FAILED') throw error;
    const details = error.details as { path: string; message: string }[];
    expect(details.every(({ path }) => path === 'template')).toBe(true);
    return details.map(({ message }) => message);
  }
}

test('variables and sections are each listed once, in the order of their first use', () => {
  const { blanks, sections } = parseTemplate('{{b}} {{a}} {{#c}}{{b}}{{/c}} {{#a}}x{{/a}}');
  expect(blanks).toEqual(['b', 'a']);
  expect(sections).toEqual(['c', 'a']);
});

test('spaces within braces are ignored', () => {
  expect(parseTemplate('{{ a }}{{# b }}x{{/ b }}')).toEqual(parseTemplate('{{a}}{{#b}}x{{/b}}'));
});

test('embedded prompts are listed once, by their full references', () => {
  const { parts, embeds } = parseTemplate(
    '{{>tone}}{{> tone@default/production }}{{>tone@3}}{{>tone@eu/staging}}',
  );
  expect(embeds).toEqual(['tone@production', 'tone@3', 'tone@eu/staging']);
  expect(parts.map((part) => part.kind)).toEqual(Array(4).fill('embed'));
});

test('braces of JSON stay text, even next to a variable', () => {
  expect(parseTemplate('{"a":{"b":{{{b}}}}').parts).toEqual([
    { kind: 'text', text: '{"a":{"b":{' },
    { kind: 'blank', name: 'b' },
    { kind: 'text', text: '}}' },
  ]);
});

test('every unbalanced section is reported with its line and column', () => {
  expect(faultsOf('{{/a}}\r\nمرحبا {{#b}}')).toEqual([
    'line 1, column 1: {{/a}} closes nothing',
    'line 2, column 7: {{#b}} is never closed',
  ]);
  expect(faultsOf('{{#a}}{{#b}}{{/a}}{{/b}}')).toEqual([
    'line 1, column 13: {{/a}} closes {{#b}}',
    'line 1, column 19: {{/b}} closes {{#a}}',
  ]);
});

test.each([
  ['{{two words}}'],
  ['{{}}'],
  ['{{1st}}'],
  ['{{> Partial}}'],
  ['{{>a@0}}'],
  ["{{'{'}}"],
  ['at the end {{', 12],
])('a malformed variable is rejected: %s', (text, column = 1) => {
  expect(faultsOf(text)).toEqual([
    `line 1, column ${column}: {{ starts neither a variable, a section nor an embedded prompt. Write {{'{{'}} for the text {{`,
  ]);
});

test("{{'{{'}} stands for the text {{, which starts nothing", () => {
  expect(parseTemplate("Write {{ '{{' }}name}} or {{'{{'}}#a}}.")).toEqual({
    parts: ['Write ', '{{', 'name}} or ', '{{', '#a}}.'].map((text) => ({ kind: 'text', text })),
    blanks: [],
    sections: [],
    embeds: [],
  });
});

test('at most twenty errors are reported', () => {
  expect(faultsOf('{{#a}}'.repeat(15_000))).toHaveLength(20);
});

test.each([
  ['spaces', `{{${' '.repeat(99_998)}`],
  ['nesting', '{{#a}}'.repeat(8_000) + '{{/a}}'.repeat(8_000)],
])('the largest template is parsed quickly, regardless of its %s', (_, text) => {
  const startedAt = performance.now();
  faultsOf(text);
  expect(performance.now() - startedAt).toBeLessThan(1_000);
});

test('text without double braces is one unchanged part', () => {
  const text = fc.string({ minLength: 1, unit: 'binary' }).filter((value) => !value.includes('{{'));
  fc.assert(
    fc.property(text, (value) => {
      expect(parseTemplate(value).parts).toEqual([{ kind: 'text', text: value }]);
    }),
  );
});
