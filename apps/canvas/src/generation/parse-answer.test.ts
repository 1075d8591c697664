import { sections } from '@valuecanvas/contracts-canvas';
import { AppError } from '@valuecanvas/contracts-core';
import { expect, test } from 'vitest';
import { parseCanvasAnswer, parseRefinementAnswer } from './parse-answer.ts';

const answerWith = (channels: unknown): string =>
  JSON.stringify({ ...Object.fromEntries(sections.map((section) => [section, ['Something']])), channels });

const channelsIn = (channels: unknown) => parseCanvasAnswer(answerWith(channels)).channels;

test.each<[string, unknown, string[]]>([
  ['texts', ['Shop', 'Web'], ['Shop', 'Web']],
  ['lines of one text', 'Shop\nWeb\n', ['Shop', 'Web']],
  ['lines with list markers', '- Shop\n* Web\n• Door to door', ['Shop', 'Web', 'Door to door']],
  ['objects with texts in them', [{ name: 'Shop', why: 'close by', rank: 1 }], ['Shop: close by']],
  ['numbers among texts', ['Shop', 7, null], ['Shop', '7']],
  ['texts with space around them', ['  Shop ', '   '], ['Shop']],
])('%s are a list of items', (_, given, items) => {
  expect(channelsIn(given)).toEqual(items);
});

test('content beyond the limits of a block is cut, not rejected', () => {
  expect(channelsIn(Array.from({ length: 60 }, () => 'Shop'))).toHaveLength(50);
  expect(channelsIn(['x'.repeat(2_000)])).toEqual(['x'.repeat(1_000)]);
});

test('unrequested fields are dropped', () => {
  const answer = JSON.stringify({ ...JSON.parse(answerWith(['Shop'])), notes: ['Nice'] });
  expect(Object.keys(parseCanvasAnswer(answer))).toEqual(sections);
});

test('a refinement may lack its reasoning, but not its suggestions', () => {
  expect(parseRefinementAnswer('{"suggestions":["Shop"]}')).toEqual({ suggestions: ['Shop'], reasoning: '' });
  expect(() => parseRefinementAnswer('{"reasoning":"None."}')).toThrow(AppError);
});

test('the reason why an answer is unusable is only logged', () => {
  const failure = (() => {
    try {
      return parseCanvasAnswer(answerWith([]));
    } catch (error) {
      return error;
    }
  })();
  expect(failure).toMatchObject({ code: 'LLM_BAD_RESPONSE', internal: expect.stringContaining('channels') });
  expect((failure as AppError).message).not.toContain('channels');
});
