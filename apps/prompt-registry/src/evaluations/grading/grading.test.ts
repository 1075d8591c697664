import type { Grader } from '@valuecanvas/contracts-prompt-registry';
import { describe, expect, test } from 'vitest';
import { expressionFault, scoreByExpression } from './expression.ts';
import { gradeAnswer } from './grade-answer.ts';
import { caseFaults, graderFaults } from './grader-faults.ts';
import { judgeRequest, readVerdict } from './judge.ts';
import { scoreByPattern } from './regex.ts';

const answerOf = (text: string, expected?: string) => ({
  text,
  expected,
  variables: { customer: 'Ada' },
  latencyMs: 120,
  cost: 0.002,
});

const noJudge = () => Promise.reject(new Error('No judge is expected.'));

const grade = (graders: readonly Grader[], text: string, expected?: string, critical = false) =>
  gradeAnswer(graders, answerOf(text, expected), { critical }, noJudge);

test.each<[Grader, string, string | undefined, number]>([
  [{ type: 'exact' }, ' Paris\n', 'Paris', 1],
  [{ type: 'exact' }, 'paris', 'Paris', 0],
  [{ type: 'exact', ignoreCase: true }, 'paris', 'Paris', 1],
  [{ type: 'exact', value: 'Rome' }, 'Rome', 'Paris', 1],
  [{ type: 'exact' }, 'Café', 'Café'.normalize('NFD'), 1],
  [{ type: 'contains' }, 'It is Paris.', 'Paris', 1],
  [{ type: 'contains', values: ['a', 'b', 'c', 'z'] }, 'abc', undefined, 0.75],
  [
    { type: 'contains', values: ['as an AI'], not: true, ignoreCase: true },
    'AS AN AI I cannot',
    undefined,
    0,
  ],
  [{ type: 'contains', values: ['as an AI'], not: true }, 'Dear Ada', undefined, 1],
  [{ type: 'regex', pattern: '^Dear \\w+,' }, 'Dear Ada, welcome', undefined, 1],
  [{ type: 'regex', pattern: '\\d{3}', not: true }, 'call 123', undefined, 0],
  [{ type: 'regex', pattern: 'ADA', ignoreCase: true }, 'Dear Ada', undefined, 1],
  [{ type: 'json_schema', schema: { type: 'object', required: ['a'] } }, '{"a":1}', undefined, 1],
  [{ type: 'json_schema', schema: { type: 'object' } }, '```json\n{"a":1}\n```', undefined, 1],
  [{ type: 'json_schema', schema: { type: 'object', required: ['a'] } }, '{}', undefined, 0],
  [{ type: 'json_schema', schema: {} }, 'Hello', undefined, 0],
  [{ type: 'expression', expression: 'words(answer) / 4' }, 'one two', undefined, 0.5],
])('%o scores %j, expected %j, with %d', async (grader, text, expected, score) => {
  const graded = await grade([grader], text, expected);
  expect(graded).toMatchObject({ score, passed: score === 1, criticalFailure: false });
});

test('the score is the mean of the grades by weight, and thresholds decide what passes', async () => {
  const graders: Grader[] = [
    { type: 'contains', values: ['a', 'z'], weight: 3, threshold: 0.5 },
    { type: 'exact', value: 'a', weight: 1 },
  ];
  expect(await grade(graders, 'a')).toMatchObject({ score: 0.625, passed: true });
  expect(await grade(graders, 'ab')).toMatchObject({ score: 0.375, passed: false });
  const unweighted = graders.map((grader) => ({ ...grader, weight: 0 }));
  expect(await grade(unweighted, 'a')).toMatchObject({ score: 1, passed: true });
  expect(await grade(unweighted, 'ab')).toMatchObject({ score: 0, passed: false });
});

test('a failure is critical if the case or the failed grader is', async () => {
  const [critical, other]: Grader[] = [
    { type: 'contains', values: ['a'], critical: true },
    { type: 'contains', values: ['b'] },
  ] as const satisfies Grader[];
  const both = [critical, other] as Grader[];
  expect(await grade(both, 'b')).toMatchObject({ criticalFailure: true });
  expect(await grade(both, 'a')).toMatchObject({ passed: false, criticalFailure: false });
  expect(await grade(both, 'a', undefined, true)).toMatchObject({ criticalFailure: true });
  expect(await grade(both, 'ab', undefined, true)).toMatchObject({ criticalFailure: false });
});

test('a pattern that backtracking engines need exponential time for is searched in linear time', () => {
  const startedAt = performance.now();
  expect(scoreByPattern({ pattern: '(a+)+$' }, `${'a'.repeat(50_000)}!`)).toEqual({ score: 0 });
  expect(performance.now() - startedAt).toBeLessThan(3_000);
});

test.each<[Grader, string]>([
  [{ type: 'regex', pattern: '(?<=a)b' }, 'graders.0.pattern'],
  [{ type: 'regex', pattern: '(a)\\1' }, 'graders.0.pattern'],
  [{ type: 'regex', pattern: '(' }, 'graders.0.pattern'],
  [{ type: 'regex', pattern: '((((a{1,50}){1,20})b{1,50})c)' }, 'graders.0.pattern'],
  [{ type: 'json_schema', schema: { type: 'string', pattern: '(a+)+$' } }, 'graders.0.schema'],
  [{ type: 'expression', expression: 'process.exit()' }, 'graders.0.expression'],
])('%o is refused at its creation', (grader, path) => {
  expect(graderFaults([grader], 'graders')).toEqual([{ path, message: expect.any(String) }]);
});

test('a case has a grader, and what its graders compare with', () => {
  expect(caseFaults({ variables: {} }, [], 'cases.0')).toMatchObject([{ path: 'cases.0' }]);
  expect(caseFaults({ variables: {} }, [{ type: 'exact' }], 'cases.0')).toMatchObject([
    { path: 'cases.0.expected' },
  ]);
  expect(caseFaults({ variables: {}, expected: '' }, [{ type: 'exact' }], 'cases.0')).toEqual([]);
  expect(caseFaults({ variables: {}, graders: [{ type: 'exact', value: 'a' }] }, [], 'cases.0')).toEqual([]);
});

describe('expressions', () => {
  const json = '{"items":["a","b","c"],"total":{"count":3}}';

  test.each<[string, number]>([
    ['1 + 2 * 3 - 6.5', 0.5],
    ['length(json.items) >= 3 && contains(json.items, "b")', 1],
    ['json.total.count == 3 ? 0.25 : 1', 0.25],
    ['json.total["count"] === length(json["items"])', 1],
    ['json.absent.deeper == null', 1],
    ['json.items[0] == "a" && json.items.length == 3', 1],
    ['!contains(lower(answer), "As an AI") && startsWith(answer, "{") && endsWith(trim(answer), "}")', 1],
    ['contains(answer, variables.customer)', 0],
    ['latency < 500 && cost < 0.01', 1],
    ['expected ?? "x" == "x"', 1],
    ['max(0, min(1, abs(-3) / 6, 0.9))', 0.5],
    ['-5', 0],
    ['7', 1],
    ['round(0.6)', 1],
    ['"a" < "b" && 1 <= 1 && 2 != 3 && [1, 2].length == 2', 1],
  ])('%s is %d', (expression, score) => {
    expect(expressionFault(expression)).toBeUndefined();
    expect(scoreByExpression(expression, answerOf(json))).toMatchObject({ score });
  });

  test.each([
    'constructor',
    'this.constructor',
    'answer.constructor("x")',
    'answer.toString()',
    'x => x',
    'a = 1',
    'length()',
    'length(1, 2)',
    'answer; answer',
    'answer, answer',
    '',
    '1 +',
    'new Date()',
    '1 | 2',
    'toString(1)',
    '__proto__',
  ])('%s is refused', (expression) => {
    expect(expressionFault(expression)).toEqual(expect.any(String));
  });

  test.each([
    'json.__proto__',
    'json.constructor',
    'json.items.map',
    'answer["toUpperCase"]',
    'json.toString',
  ])('%s reaches no inherited property', (expression) => {
    expect(scoreByExpression(`${expression} == null`, answerOf(json))).toEqual({ score: 1 });
  });

  test.each(['answer + 1', 'json.total', 'lower(3)', '1 / 0', 'length(true)'])(
    '%s cannot be computed and scores 0 with the reason',
    (expression) => {
      expect(scoreByExpression(expression, answerOf(json))).toEqual({ score: 0, reason: expect.any(String) });
    },
  );
});

describe('judges', () => {
  test('a judge reads the rubric, the input and the answer, and its verdict is the score', async () => {
    const grader = { type: 'judge', rubric: 'Friendly letters are good.', model: 'm' } as const;
    const request = judgeRequest(grader, answerOf('Dear Ada', 'A letter'));
    expect(request).toMatchObject({ model: 'm', temperature: 0 });
    expect(request.messages[0]?.content).toContain('Friendly letters are good.');
    expect(JSON.parse(request.messages[1]?.content ?? '')).toEqual({
      input: { customer: 'Ada' },
      expected: 'A letter',
      answer: 'Dear Ada',
    });
    const judged = (score: number) =>
      gradeAnswer([grader], answerOf('Dear Ada'), {}, async () => ({ score, reason: 'Friendly.' }));
    expect(await judged(0.7)).toMatchObject({ score: 0.7, passed: true, grades: [{ reason: 'Friendly.' }] });
    expect(await judged(0.69)).toMatchObject({ passed: false });
  });

  test('a verdict that is no score from 0 to 1 is 0 with the reason', () => {
    expect(readVerdict('{"reason":"Good.","score":0.8}')).toEqual({ score: 0.8, reason: 'Good.' });
    for (const text of ['Great!', '{"score":0.8}', '{"reason":"x","score":7}', '{"reason":"x","score":"1"}'])
      expect(readVerdict(text)).toEqual({ score: 0, reason: expect.stringContaining('judge') });
  });
});
