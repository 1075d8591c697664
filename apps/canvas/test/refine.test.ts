import { RefineSectionResult } from '@valuecanvas/contracts-canvas';
import Value from 'typebox/value';
import { v7 as uuidv7 } from 'uuid';
import { expect, test } from 'vitest';
import { modelOfFlag } from './support/neighbours.ts';
import { expectError, knownBlocks, usePlatform } from './support/platform.ts';

const platform = usePlatform();

const refine = (id: string, body: unknown = { section: 'channels' }) =>
  platform.post(`/api/canvas/${id}/refine`, body);

test('a block gets suggestions with reasoning, and the canvas does not change', async () => {
  const canvas = await platform.aCanvas();
  const { status, body } = await refine(canvas.id);
  expect(status).toBe(200);
  expect([...Value.Errors(RefineSectionResult, body.data)]).toEqual([]);
  expect(body.data).toMatchObject({ section: 'channels', promptVersion: 1, model: modelOfFlag });
  expect(body.data.suggestions.length).toBeGreaterThan(0);
  expect((await platform.request(`/api/canvas/${canvas.id}`)).body.data).toEqual(canvas);
});

test('the model gets the block, the rest of the canvas and the user’s instructions', async () => {
  const canvas = await platform.aCanvas();
  await refine(canvas.id, { section: 'channels', context: 'We have no car.', model: 'gpt-4o' });
  const [asked] = platform.neighbours.asked;
  expect(asked).toMatchObject({ model: 'gpt-4o', operation: 'canvas.refine' });
  expect(asked?.prompt).toContain('- One channels\n- Two channels');
  expect(asked?.prompt).toContain('We have no car.');
  expect(asked?.prompt).toContain(canvas.businessDescription);
  for (const items of Object.values(knownBlocks))
    for (const item of items) expect(asked?.prompt).toContain(item);
});

test('an empty block can be refined', async () => {
  const canvas = await platform.aCanvas();
  await platform.put(`/api/canvas/${canvas.id}`, { revision: 1, channels: [] });
  expect((await refine(canvas.id)).status).toBe(200);
});

test('a refinement is recorded under its prompt', async () => {
  const { id } = await platform.aCanvas();
  const { body } = await refine(id);
  const executions = await platform.executions();
  expect(executions.at(-1)).toMatchObject({
    id: body.data.executionId,
    operation: 'canvas.refine',
    success: true,
  });
});

test.each([
  ['has no suggestions', JSON.stringify({ suggestions: [], reasoning: 'All is well.' })],
  ['is not JSON', 'All is well.'],
])('an answer that %s is a 502', async (_, content) => {
  const { id } = await platform.aCanvas();
  platform.neighbours.answer = () => ({ content });
  const answer = await refine(id);
  expectError(answer, 502, 'LLM_BAD_RESPONSE');
  expect(answer.body.error).toMatch(/^Failed to parse LLM response/);
});

test.each([
  ['an unknown section', { section: 'weather' }],
  ['no section', {}],
  ['a context that is too long', { section: 'channels', context: 'x'.repeat(5_001) }],
])('%s is rejected before a model is called', async (_, body) => {
  const { id } = await platform.aCanvas();
  expectError(await refine(id, body), 400, 'VALIDATION_FAILED');
  expect(platform.neighbours.asked).toEqual([]);
});

test('a canvas that does not exist is not refined, and no model is called', async () => {
  expectError(await refine(uuidv7()), 404, 'NOT_FOUND');
  expect(platform.neighbours.asked).toEqual([]);
});
