import { AppError, type AppErrorOptions, type ErrorCode } from '@valuecanvas/contracts-core';
import { alwaysGiven } from '@valuecanvas/contracts-prompt-registry';
import { expect, onTestFinished, test } from 'vitest';
import { startNeighbours } from './support/neighbours.ts';
import { aBakery, expectError, usePlatform } from './support/platform.ts';

const platform = usePlatform();

const refuse = (code: ErrorCode, options: AppErrorOptions = {}) => {
  platform.neighbours.answer = () => {
    throw new AppError(code, options);
  };
};

const details = [{ path: 'temperature', message: 'is not supported' }];

test.each<[ErrorCode, AppErrorOptions]>([
  ['VALIDATION_FAILED', { details }],
  ['MODEL_NOT_FOUND', {}],
  ['PAYLOAD_TOO_LARGE', {}],
])('if the router refuses what canvas built with %s, the fault is inner', async (code, options) => {
  refuse(code, options);
  const { id } = await platform.aCanvas();
  refuse(code, options);
  const answers = [
    await platform.generate(),
    await platform.post(`/api/canvas/${id}/refine`, { section: 'channels' }),
  ];
  for (const answer of answers) {
    expectError(answer, 500, 'INTERNAL_ERROR');
    expect(JSON.stringify(answer.body)).not.toContain('temperature');
  }
  expect((await platform.executions()).slice(-2)).toMatchObject([
    { success: false, errorCode: code },
    { success: false, errorCode: code },
  ]);
});

test.each<[ErrorCode, number]>([
  ['VALIDATION_FAILED', 400],
  ['MODEL_NOT_FOUND', 404],
])('if the user named the model, the router’s %s is passed to the user', async (code, status) => {
  refuse(code, { details });
  expectError(await platform.generate({ ...aBakery, model: 'gpt-99' }), status, code);
});

test('a refusal of the text’s content is passed to the user, with the reason', async () => {
  refuse('VALIDATION_FAILED', { message: 'Your input was flagged.', extra: { refused: 'content' } });
  const answer = await platform.generate();
  expectError(answer, 400, 'VALIDATION_FAILED');
  expect(answer.body.message).toBe('Your input was flagged.');
});

/** A canvas service whose prompts have other variables or templates. */
async function serviceWith(
  change: (prompt: Prompt) => Partial<Prompt>,
  keep: (prompt: Prompt) => boolean = () => true,
) {
  const prompts = platform.prompts.filter(keep).map((prompt) => ({ ...prompt, ...change(prompt) }));
  const neighbours = await startNeighbours(platform.identities, prompts);
  onTestFinished(neighbours.stop);
  const service = await platform.start(neighbours.environment);
  const post = (path: string, body: object) =>
    service.request(path, { method: 'POST', as: platform.user, body });
  return { post, neighbours };
}

type Prompt = (typeof platform.prompts)[number];

test('an active prompt that requires an unknown variable is an inner fault, and nothing is spent', async () => {
  const { post, neighbours } = await serviceWith(({ variables, template }) => ({
    variables: [...variables, { name: 'tone', required: true }],
    template: `${template} {{tone}}`,
  }));
  expectError(await post('/api/canvas/generate', aBakery), 500, 'INTERNAL_ERROR');
  expect(neighbours.asked).toEqual([]);
});

test('a missing prompt is an inner fault', async () => {
  const { post } = await serviceWith(
    () => ({}),
    ({ promptKey }) => promptKey !== 'canvas.generate',
  );
  expectError(await post('/api/canvas/generate', aBakery), 500, 'INTERNAL_ERROR');
});

test('a prompt need not use the industry and the target market', async () => {
  const { post, neighbours } = await serviceWith(() => ({
    variables: [{ name: 'businessDescription', required: true }],
    template: 'Answer with JSON for {{businessDescription}}',
  }));
  expect((await post('/api/canvas/generate', aBakery)).status).toBe(200);
  const [first] = String(neighbours.asked[0]?.prompt).split('\n\n');
  expect(first).toBe(`Answer with JSON for ${aBakery.businessDescription}`);
});

test('a prompt may require every variable that the registry promises', async () => {
  const { id } = await platform.aCanvas();
  const { post, neighbours } = await serviceWith(({ promptKey }) => {
    const names = alwaysGiven[promptKey] ?? expect.fail(`${promptKey} has no promised variables`);
    return {
      variables: names.map((name) => ({ name, required: true })),
      template: names.map((name) => `{{${name}}}`).join(' '),
    };
  });
  const { businessDescription } = aBakery;
  for (const [path, body] of [
    ['/api/canvas/generate', { businessDescription }],
    [`/api/canvas/${id}/refine`, { section: 'channels' }],
    [`/api/canvas/${id}/variants`, { kind: 'lean' }],
    [`/api/canvas/${id}/check`, {}],
  ] as const) {
    neighbours.asked.length = 0;
    expect((await post(path, body)).body.code).not.toBe('INTERNAL_ERROR');
    expect(neighbours.asked.map(({ prompt }) => prompt)).toEqual([
      expect.stringContaining(businessDescription),
    ]);
  }
});
