import { expect, test } from 'vitest';
import { tokensOf } from './tokens.ts';

const choices = [{ message: { content: 'Because.' } }];

test('what the provider counted counts', () => {
  const usage = {
    prompt_tokens: 100,
    completion_tokens: 50,
    prompt_tokens_details: { cached_tokens: 64 },
    completion_tokens_details: { reasoning_tokens: 40 },
  };
  expect(tokensOf({ choices, usage }, 'Why?')).toEqual({
    prompt: 100,
    completion: 50,
    cached: 64,
    reasoning: 40,
    estimated: false,
  });
});

test('details that are missing or null count as none', () => {
  const usage = { prompt_tokens: 1, completion_tokens: 2, prompt_tokens_details: null };
  expect(tokensOf({ choices, usage }, 'Why?')).toMatchObject({ cached: 0, reasoning: 0, estimated: false });
});

test.each([
  ['missing', undefined],
  ['null', null],
  ['half missing', { prompt_tokens: 1 }],
  ['negative', { prompt_tokens: 1, completion_tokens: -1 }],
  ['a fraction', { prompt_tokens: 1.5, completion_tokens: 1 }],
  ['a text', { prompt_tokens: '1', completion_tokens: 1 }],
])('where the usage is %s, question and answer are estimated from their bytes', (_, usage) => {
  const answer = { choices, ...(usage === undefined ? {} : { usage }) };
  const tokens = tokensOf(answer, 'x'.repeat(301));
  expect(tokens).toMatchObject({ prompt: 101, cached: 0, reasoning: 0, estimated: true });
  expect(tokens.completion).toBeGreaterThanOrEqual(3);
});

test('an answer that only calls a tool is not estimated as nothing', () => {
  const call = { id: 'call', type: 'function', function: { name: 'look', arguments: 'x'.repeat(300) } };
  const message = { content: null, tool_calls: [call] };
  expect(tokensOf({ choices: [{ message }] }, 'Why?').completion).toBeGreaterThanOrEqual(100);
});
