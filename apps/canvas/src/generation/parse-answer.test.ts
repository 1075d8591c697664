import { type Blocks, type Section, sections } from '@valuecanvas/contracts-canvas';
import { AppError } from '@valuecanvas/contracts-core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { completeBlocks, missingSections, parseBlocks, parseRefinement } from './parse-answer.ts';

const answered = (content: string, finishReason = 'stop') => ({ content, finishReason });

const blocks = Object.fromEntries(
  sections.map((section) => [section, [`First of ${section}`, `Ünusual "second" of {${section}}`]]),
) as Blocks;
const json = JSON.stringify(blocks, undefined, 1);
const parse = (content: string) => parseBlocks(answered(content));

const withKeys = (rename: (section: Section) => string) =>
  JSON.stringify(Object.fromEntries(sections.map((key) => [rename(key), blocks[key]])));
const words = (key: string) => key.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);

const japanese = [
  '主要パートナー',
  '主要活動',
  '価値提案',
  '顧客との関係',
  '顧客セグメント',
  '主要リソース',
  'チャネル',
  'コスト構造',
  '収益の流れ',
];

describe('all nine blocks are read from', () => {
  test.each([
    ['plain JSON', json],
    ['a code fence in prose', `Here is your canvas:\n\n\`\`\`json\n${json}\n\`\`\`\nSources: {1}, [2].`],
    ['prose with braces around it', `With {block: items}:\n${json}\n\nReplace {price} with your own.`],
    ['an answer after reasoning', `<think>Perhaps {"keyPartners": ["x"]}?</think>\n${json}`],
    ['an answer after unopened reasoning', `Perhaps {"keyPartners": ["x"]}?</think>\n${json}`],
    ['a final answer after a draft', `Draft:\n{"keyPartners": ["x"]}\n\nFinal:\n${json}`],
    ['an answer that is given twice', `${json}\n${json}`],
    ['JSON in a JSON string', JSON.stringify(json)],
    ['doubled outer braces', `{${json}}`],
    ['comments and trailing commas', json.replace('{', '{ /* all nine */').replaceAll(/"\n \]/g, '",\n ]')],
    ['missing commas', json.replaceAll('",\n', '"\n')],
    ['unquoted keys', json.replaceAll(/"(\w+)":/g, '$1:')],
    ['snake case', withKeys((key) => words(key).replaceAll(' ', '_'))],
    ['kebab case', withKeys((key) => words(key).replaceAll(' ', '-'))],
    ['titles', withKeys((key) => words(key).toUpperCase())],
    ['numbered keys', withKeys((key) => `1. ${words(key)}`)],
    ['an object around it', JSON.stringify({ businessModelCanvas: { blocks } })],
    ['a call of a tool', JSON.stringify({ name: 'canvas', arguments: json })],
    [
      'a list of blocks',
      JSON.stringify(sections.map((block) => ({ block: words(block), items: blocks[block] }))),
    ],
    ['a list of single blocks', JSON.stringify(sections.map((block) => ({ [block]: blocks[block] })))],
    [
      'one object per block, each on its own line',
      sections.map((block) => JSON.stringify({ [block]: blocks[block] })).join('\n'),
    ],
    [
      'blocks with titles',
      JSON.stringify(Object.fromEntries(sections.map((key) => [key, { title: key, items: blocks[key] }]))),
    ],
    ['Japanese keys', withKeys((key) => japanese[sections.indexOf(key)] ?? '')],
    [
      'keys of an unknown language, in the requested order',
      withKeys((key) => `ብሎክ ${'አ'.repeat(sections.indexOf(key) + 1)}`),
    ],
    [
      'Markdown',
      sections
        .map((key) => `## ${words(key)}\n${blocks[key].map((item) => `- ${item}`).join('\n')}`)
        .join('\n\n'),
    ],
    [
      'bold headings',
      sections
        .map((key) => `**${words(key)}:**\n${blocks[key].map((item) => `* ${item}`).join('\n')}`)
        .join('\n'),
    ],
    [
      'a Markdown table',
      sections.map((key) => `| **${words(key)}** | ${blocks[key].join(' | ')} |`).join('\n'),
    ],
    [
      'YAML',
      sections.map((key) => `${key}:\n${blocks[key].map((item) => `  - ${item}`).join('\n')}`).join('\n'),
    ],
    [
      'YAML with quotes',
      sections.map((key) => `${key}:\n${blocks[key].map((item) => `  - "${item}"`).join('\n')}`).join('\n'),
    ],
  ])('%s', (_, content) => {
    expect(parse(content)).toEqual(blocks);
  });
});

const channelsIn = (channels: unknown) => parse(JSON.stringify({ ...blocks, channels })).channels;

test.each<[string, unknown, string[]]>([
  ['texts', ['Shop', 'Web'], ['Shop', 'Web']],
  ['lines of one text', 'Shop\nWeb\n', ['Shop', 'Web']],
  ['parts of one text', 'Shop, Web, Door to door', ['Shop', 'Web', 'Door to door']],
  ['a sentence with commas', ['We sell, rent and repair.'], ['We sell, rent and repair.']],
  [
    'a lone sentence with commas',
    'We sell bicycles in our own shop, rent them by the day and repair them.',
    ['We sell bicycles in our own shop, rent them by the day and repair them.'],
  ],
  ['list markers', '- Shop\n* Web\n• Door to door\n– Fairs', ['Shop', 'Web', 'Door to door', 'Fairs']],
  ['numbering', ['1. Shop', '2) Web', '(3) Fairs'], ['Shop', 'Web', 'Fairs']],
  [
    'signs and numbers',
    ['-10 % energy', '-€3 per kg', '3.5 % fee', '+5 vans', '24/7 hotline'],
    ['-10 % energy', '-€3 per kg', '3.5 % fee', '+5 vans', '24/7 hotline'],
  ],
  [
    'emphasis',
    ['**Shop**', '*Web*', '_Fairs_', '`Post`', '**Speed**: within 24 hours', '*Free* pick-up'],
    ['Shop', 'Web', 'Fairs', 'Post', 'Speed: within 24 hours', 'Free pick-up'],
  ],
  ['products and file names', ['2 * 3 * 4 grid', 'snake_case_name'], ['2 * 3 * 4 grid', 'snake_case_name']],
  ['objects', [{ id: 'c-1', name: 'Shop', why: 'close by', rank: 1 }], ['Shop: close by']],
  ['objects with numbers', [{ name: 'Fee', amount: 3, currency: 'EUR' }], ['Fee: 3, EUR']],
  [
    'nested lists',
    [{ name: 'Vans', examples: ['North', 'South'] }, ['Web', 'Fairs']],
    ['Vans: North, South', 'Web', 'Fairs'],
  ],
  ['lines of a text in an object', { content: '- Shop\n- Web' }, ['Shop', 'Web']],
  ['an object of lists', { primary: ['Shop'], secondary: ['Web'] }, ['Shop', 'Web']],
  ['numbers among texts', ['Shop', 7, null, 'None', 'NaN', ''], ['Shop', '7']],
  ['text that reorders its surroundings', ['Shop \u202eevil'], ['Shop evil']],
  [
    'markup',
    ['<script>alert(1)</script>', '[x](javascript:alert(1))'],
    ['<script>alert(1)</script>', '[x](javascript:alert(1))'],
  ],
])('%s become items without loss', (_, given, items) => {
  expect(channelsIn(given)).toEqual(items);
});

test('content beyond the limits of a block is cut, not rejected', () => {
  expect(channelsIn(Array.from({ length: 60 }, () => 'Shop'))).toHaveLength(50);
  expect(channelsIn(['x'.repeat(2_000)])).toEqual(['x'.repeat(1_000)]);
});

test('unquoted literals of other languages are not items', () => {
  expect(parse(json.replace(/"Ünusual \\"second\\" of \{channels\}"/, 'NaN')).channels).toEqual([
    'First of channels',
  ]);
});

test('unrequested fields are dropped', () => {
  expect(Object.keys(parse(JSON.stringify({ ...blocks, notes: ['Nice'] })))).toEqual(sections);
});

test('an answer that was cut off keeps its complete blocks', () => {
  const read = parse(json.slice(0, json.indexOf('"costStructure"')));
  expect(missingSections(read)).toEqual(sections.slice(sections.indexOf('costStructure')));
  expect(read).toMatchObject({ channels: blocks.channels });
});

test('empty and null blocks are missing, and a second answer completes the first', () => {
  const first = parse(JSON.stringify({ ...blocks, channels: [], keyPartners: null }));
  expect(missingSections(first)).toEqual(['keyPartners', 'channels']);
  const second = JSON.stringify({ keyPartners: ['Lessor'], channels: ['Shop'], costStructure: ['Other'] });
  expect(completeBlocks(first, answered(second))).toEqual({
    ...blocks,
    keyPartners: ['Lessor'],
    channels: ['Shop'],
  });
  expect(() => completeBlocks(first, answered('{"channels": ["Shop"]}'))).toThrow(AppError);
});

test.each([
  [
    'suggestions with reasoning',
    '{"suggestions":["Shop"],"reasoning":" Because. "}',
    { suggestions: ['Shop'], reasoning: 'Because.' },
  ],
  ['suggestions without reasoning', '{"suggestions":["Shop"]}', { suggestions: ['Shop'], reasoning: '' }],
  ['a bare list', '["Shop", "Web"]', { suggestions: ['Shop', 'Web'], reasoning: '' }],
  [
    'another name',
    '{"channels":["Shop"],"rationale":"Why not"}',
    { suggestions: ['Shop'], reasoning: 'Why not' },
  ],
  ['a Markdown list', 'Here you go:\n\n1. Shop\n2. Web', { suggestions: ['Shop', 'Web'], reasoning: '' }],
])('a refinement can be %s', (_, content, expected) => {
  expect(parseRefinement(answered(content))).toEqual(expected);
});

function failureOf(work: () => unknown): AppError {
  try {
    work();
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error('The answer was accepted.');
}

test.each([
  ['filtered', json, 'content_filter', /content filter/],
  ['refused', 'I cannot help with {that}.', 'refusal', /refused/],
  ['cut off before the first item', '{"keyPartners": [', 'length', /cut off/],
  ['empty', ' ', 'stop', /empty answer/],
  ['prose', 'I cannot help with that.', 'stop', /in prose/],
  ['without blocks', '{"answer": 42}', 'stop', /unusable/],
])('an answer that is %s is refused with its own message', (_, content, finishReason, message) => {
  for (const read of [parseBlocks, parseRefinement]) {
    if (read === parseRefinement && content === json) continue;
    const failure = failureOf(() => read(answered(content, finishReason)));
    expect(failure).toMatchObject({ code: 'LLM_BAD_RESPONSE', message: expect.stringMatching(message) });
    expect(failure.message).not.toContain('channels');
  }
});

test.each([
  ['spaces before a long line', `${' '.repeat(500_000)}${'x'.repeat(200)}`],
  ['unclosed emphasis', JSON.stringify({ ...blocks, channels: ['**a '.repeat(200_000)] })],
  ['a line of commas', JSON.stringify({ ...blocks, channels: 'a, '.repeat(200_000) })],
  ['unclosed reasoning', '<think>'.repeat(200_000)],
  ['unclosed brackets', '['.repeat(100_000)],
])('a hostile answer with %s is read in linear time', (_, content) => {
  try {
    expect(missingSections(parse(content))).toEqual([]);
  } catch (error) {
    expect(error).toBeInstanceOf(AppError);
  }
});

test('JSON is found after any number of citations in prose', () => {
  const citations = Array.from({ length: 50 }, (_, index) => `[${index + 1}]`).join(' ');
  expect(parse(`Sources: ${citations}\n${json}`)).toEqual(blocks);
});

test('no answer crashes the parser', () => {
  const pieces = fc.constantFrom(
    '{',
    '}',
    '[',
    ']',
    '"',
    ':',
    ',',
    '\\',
    '\n',
    'keyPartners',
    '- ',
    '#',
    'null',
    '“',
    '\ud800',
    json,
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(pieces, fc.string()), { maxLength: 30 }), (parts) => {
      for (const read of [parseBlocks, parseRefinement]) {
        try {
          read(answered(parts.join('')));
        } catch (error) {
          expect(error).toBeInstanceOf(AppError);
        }
      }
    }),
  );
});
