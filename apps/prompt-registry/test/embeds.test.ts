import type { ActivePrompt, PromptSnapshot } from '@valuecanvas/contracts-prompt-registry';
import { createPromptRenderer } from '@valuecanvas/prompts-sdk';
import type { TestAnswer } from '@valuecanvas/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startRegistry, type TestRegistry } from './registry.ts';

let registry: TestRegistry;
beforeAll(async () => {
  registry = await startRegistry();
});
afterAll(() => registry.stop());

/** Creates a version, and gives it a label unless it stays a draft. */
async function release(promptKey: string, template: string, label?: string, variables: unknown[] = []) {
  const { version } = await registry.create({ promptKey, template, variables });
  if (label === undefined) return version;
  const answer = await moveTo(promptKey, version, label);
  if (answer.status !== 200) throw new Error(`Not moved: ${JSON.stringify(answer.body)}`);
  return version;
}

async function moveTo(promptKey: string, version: number, label = 'production'): Promise<TestAnswer> {
  const { body } = await registry.as(registry.user, `/api/prompts/${promptKey}/labels`);
  const current = body.data.find((one: { label: string }) => one.label === label);
  return registry.as(registry.admin, `/api/prompts/${promptKey}/labels/${label}`, {
    method: 'PUT',
    body: { version, expectedVersion: current?.version ?? null },
  });
}

const create = (promptKey: string, template: string, variables: unknown[] = []) =>
  registry.as(registry.admin, '/api/prompts/versions', {
    method: 'POST',
    body: { promptKey, template, variables },
  });

const render = (promptKey: string, variables: object = {}, reference: object = {}) =>
  registry.as(registry.user, `/api/prompts/${promptKey}/render`, {
    method: 'POST',
    body: { variables, ...reference },
  });

const content = async (...args: Parameters<typeof render>) => (await render(...args)).body.data?.content;

const get = (promptKey: string) => registry.as(registry.user, `/api/prompts/${promptKey}`);

const snapshot = async (): Promise<PromptSnapshot> =>
  (
    await registry.service.request('/internal/prompts/snapshot', {
      as: { kind: 'service', service: 'canvas' },
      from: 'canvas',
    })
  ).body;

const inSnapshot = async (promptKey: string): Promise<ActivePrompt | undefined> =>
  (await snapshot()).prompts.find((prompt) => prompt.promptKey === promptKey);

test('a prompt embeds others by version and by label, and follows the label only', async () => {
  await release('part.tone', 'Be warm.', 'production');
  await release('part.tone', 'Be brief.', 'staging');
  await release('whole.one', '{{>part.tone}} {{>part.tone@1}} {{> part.tone@staging }} Go.', 'production');
  expect(await content('whole.one')).toBe('Be warm. Be warm. Be brief. Go.');
  expect((await get('whole.one')).body.data.embedded).toMatchObject([
    { reference: 'part.tone@1', version: 1, template: 'Be warm.' },
    { reference: 'part.tone@production', version: 1 },
    { reference: 'part.tone@staging', version: 2, template: 'Be brief.' },
  ]);
  await moveTo('part.tone', 2);
  expect(await content('whole.one')).toBe('Be brief. Be warm. Be brief. Go.');
  expect(await content('whole.one', {}, { version: 1 })).toBe('Be brief. Be warm. Be brief. Go.');
});

test('services render embedded prompts from the snapshot as the registry does', async () => {
  await release('part.inner', 'inner {{name}}', 'production', ['name']);
  await release('part.outer', '[{{>part.inner}}]', 'production');
  await release('whole.shared', '{{#tone}}{{tone}} {{/tone}}{{>part.outer}}', 'production', [
    { name: 'tone', required: false },
  ]);
  const prompt = await inSnapshot('whole.shared');
  const values = { name: '{{tone}}', tone: 'kind' };
  expect(prompt && createPromptRenderer()(prompt, values).content).toBe('kind [inner {{tone}}]');
  expect(await content('whole.shared', values)).toBe('kind [inner {{tone}}]');
});

test('the variables of embedded prompts join those of the prompt, and all of them are strict', async () => {
  const schema = { enum: ['warm', 'cool'] };
  await release('part.strict', '{{tone}} {{name}}', 'production', [
    { name: 'tone', required: true, schema },
    'name',
  ]);
  await release('whole.strict', '{{tone}}{{>part.strict}}', 'production', [
    { name: 'tone', required: false },
  ]);
  expect(await content('whole.strict', { tone: 'warm', name: 'Anna' })).toBe('warmwarm Anna');
  const { status, body } = await render('whole.strict', { tone: 'hot', other: 'x' });
  expect(status).toBe(400);
  expect(body.details.map(({ path }: { path: string }) => path).sort()).toEqual([
    'variables.name',
    'variables.other',
    'variables.tone',
  ]);
});

test('a change invalidates the prompts that embed it, and no other', async () => {
  await release('part.changing', 'old', 'production');
  await release('part.between', '{{>part.changing}}', 'production');
  await release('whole.affected', '{{>part.between}}', 'production');
  await release('whole.pinned', '{{>part.changing@1}}', 'production');
  await release('whole.other', 'nothing', 'production');
  const keys = ['whole.affected', 'whole.pinned', 'whole.other', 'canvas.generate'];
  const tags = () => Promise.all(keys.map(async (key) => (await get(key)).headers.get('etag')));
  const entries = () => Promise.all(keys.map(inSnapshot));
  const [tagsBefore, before] = [await tags(), await entries()];
  await release('part.changing', 'new', 'production');
  const [tagsAfter, after] = [await tags(), await entries()];
  const changed = (was: readonly unknown[], is: readonly unknown[]) =>
    keys.filter((_, index) => JSON.stringify(was[index]) !== JSON.stringify(is[index]));
  expect(changed(tagsBefore, tagsAfter)).toEqual(['whole.affected']);
  expect(changed(before, after)).toEqual(['whole.affected']);
});

test('a version that embeds an unknown prompt, version or label is refused', async () => {
  await release('part.known', 'x');
  for (const reference of ['part.unknown', 'part.known', 'part.known@2', 'part.known@eu/production']) {
    const { status, body } = await create('whole.unknown', `{{>${reference}}}`);
    expect([status, body.code]).toEqual([400, 'VALIDATION_FAILED']);
    expect(body.details).toEqual([
      {
        path: 'template',
        message: expect.stringMatching(/^whole\.unknown → part\..* leads to no version\.$/),
      },
    ]);
  }
});

test('a cycle is refused at creation, and the message names it', async () => {
  await release('cycle.a', 'a', 'production');
  await release('cycle.b', '{{>cycle.a}}', 'production');
  const { status, body } = await create('cycle.a', '{{>cycle.b}}');
  expect([status, body.message]).toEqual([
    400,
    'The prompts embed each other: cycle.a → cycle.b@production → cycle.a@production.',
  ]);
  expect((await create('cycle.a', '{{>cycle.a@1}}')).status).toBe(201);
});

test('a cycle is refused at the move that would close it, and nothing moves', async () => {
  await release('loop.a', 'a', 'production');
  await release('loop.b', 'b', 'production');
  const toB = await release('loop.a', '{{>loop.b}}');
  const toA = await release('loop.b', '{{>loop.a}}');
  expect((await moveTo('loop.a', toB)).status).toBe(200);
  const { status, body } = await moveTo('loop.b', toA);
  expect([status, body.message]).toEqual([
    400,
    'The prompts embed each other: loop.a@production → loop.b@production → loop.a@production.',
  ]);
  expect([await content('loop.a'), await content('loop.b')]).toEqual(['b', 'b']);
});

test('of two moves that together close a cycle, one is refused', async () => {
  await release('race.a', 'a', 'production');
  await release('race.b', 'b', 'production');
  const [toB, toA] = [await release('race.a', '{{>race.b}}'), await release('race.b', '{{>race.a}}')];
  const answers = await Promise.all([moveTo('race.a', toB), moveTo('race.b', toA)]);
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 400]);
});

test('prompts are embedded five deep and no deeper, by creation and by move', async () => {
  await release('deep.0', 'x', 'production');
  for (let depth = 1; depth <= 5; depth += 1)
    await release(`deep.${depth}`, `{{>deep.${depth - 1}}}`, 'production');
  expect(await content('deep.5')).toBe('x');
  const { status, body } = await create('deep.6', '{{>deep.5}}');
  expect([status, body.message]).toEqual([400, expect.stringContaining('is deeper than 5 embedded prompts')]);
  await release('deep.below', 'y', 'production');
  const deeper = await release('deep.0', '{{>deep.below}}');
  expect((await moveTo('deep.0', deeper)).body.message).toContain('deep.5@production → deep.4@production');
  expect(await content('deep.5')).toBe('x');
});

test('embedded prompts cannot multiply beyond the length of a template', async () => {
  await release('bomb.0', 'x'.repeat(1_000), 'production');
  await release('bomb.1', '{{>bomb.0}}'.repeat(100), 'production');
  const { status, body } = await create('bomb.2', '{{>bomb.1}}'.repeat(100));
  expect([status, body.message]).toEqual([400, expect.stringContaining('more than 500000 characters')]);
});

test('a label that a prompt in use embeds cannot be removed', async () => {
  const path = '/api/prompts/part.removed/labels/staging';
  await release('part.removed', 'x', 'staging');
  const version = await release('whole.removing', '{{>part.removed@staging}}', 'staging');
  const remove = (of = path) => registry.as(registry.admin, of, { method: 'DELETE' });
  const refused = await remove();
  expect([refused.status, refused.body.message]).toEqual([
    400,
    'whole.removing@staging → part.removed@staging leads to no version.',
  ]);
  await remove('/api/prompts/whole.removing/labels/staging');
  expect((await remove()).status).toBe(204);
  const unusable = await render('whole.removing', {}, { version });
  expect(unusable.status).toBe(404);
  const asAdmin = await registry.as(registry.admin, '/api/prompts/whole.removing/render', {
    method: 'POST',
    body: { version, variables: {} },
  });
  expect([asAdmin.status, asAdmin.body.message]).toEqual([
    400,
    'whole.removing@1 → part.removed@staging leads to no version.',
  ]);
});

test('an embedded prompt cannot make a prompt of the platform require what its service does not give', async () => {
  await release('part.canvas', 'fine', 'production');
  const version = await release('canvas.generate', '{{businessDescription}}{{>part.canvas}}', undefined, [
    'businessDescription',
  ]);
  expect((await moveTo('canvas.generate', version)).status).toBe(200);
  const needy = await release('part.canvas', '{{tone}}', undefined, ['tone']);
  const { status, body } = await moveTo('part.canvas', needy);
  expect([status, body.message]).toEqual([
    400,
    expect.stringContaining('canvas.generate could not be rendered'),
  ]);
});

test('a chat is embedded as the text of its messages', async () => {
  const { version } = await registry.create({
    promptKey: 'part.chat',
    messages: [
      { role: 'system', content: 'Be kind.' },
      { role: 'user', content: 'Hello.' },
    ],
  });
  await moveTo('part.chat', version);
  await release('whole.chat', '<{{>part.chat}}>', 'production');
  expect(await content('whole.chat')).toBe('<Be kind.\n\nHello.>');
});

test('a diff shows which embedded prompts a version replaces', async () => {
  await release('part.diffed', 'x', 'production');
  await release('whole.diffed', 'Use {{>part.diffed}}', 'production');
  await release('whole.diffed', 'Use {{>part.diffed@1}}');
  const { body } = await registry.as(registry.admin, '/api/prompts/whole.diffed/diff?from=1&to=2');
  expect(body.data.lines.map(({ text }: { text: string }) => text)).toEqual([
    'Use {{>part.diffed}}',
    'Use {{>part.diffed@1}}',
  ]);
});
