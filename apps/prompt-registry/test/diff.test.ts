import type { DiffLine } from '@valuecanvas/contracts-prompt-registry';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startRegistry, type TestRegistry } from './registry.ts';

let registry: TestRegistry;
beforeAll(async () => {
  registry = await startRegistry();
});
afterAll(() => registry.stop());

const diff = (promptKey: string, from = 1, to = 2, as = registry.admin) =>
  registry.as(as, `/api/prompts/${promptKey}/diff?from=${from}&to=${to}`);

test('a diff compares lines and words, variables and metadata', async () => {
  await registry.create({
    promptKey: 'compared.one',
    template: 'Be kind.\nWrite to {{name}} today.\nThe end',
    variables: ['name'],
    metadata: { temperature: 0.2, model: 'a' },
  });
  await registry.create({
    promptKey: 'compared.one',
    template: 'Be kind.\nWrite to {{name}} tomorrow.\nAdd {{greeting}}\nThe end',
    variables: ['greeting', { name: 'name', required: false }],
    metadata: { temperature: 0.5, maxTokens: 9 },
  });
  const { status, body } = await diff('compared.one');
  expect(status).toBe(200);
  const { lines, variables, metadata } = body.data;
  expect(lines).toEqual([
    { kind: 'equal', from: 1, to: 1, text: 'Be kind.' },
    {
      kind: 'removed',
      from: 2,
      text: 'Write to {{name}} today.',
      words: [
        { kind: 'equal', text: 'Write to {{name}} ' },
        { kind: 'removed', text: 'today' },
        { kind: 'equal', text: '.' },
      ],
    },
    {
      kind: 'added',
      to: 2,
      text: 'Write to {{name}} tomorrow.',
      words: [
        { kind: 'equal', text: 'Write to {{name}} ' },
        { kind: 'added', text: 'tomorrow' },
        { kind: 'equal', text: '.' },
      ],
    },
    { kind: 'added', to: 3, text: 'Add {{greeting}}' },
    { kind: 'equal', from: 3, to: 4, text: 'The end' },
  ]);
  expect(variables).toEqual([
    { name: 'greeting', after: { required: true } },
    { name: 'name', before: { required: true }, after: { required: false } },
  ]);
  expect(metadata).toEqual([
    { name: 'maxTokens', after: 9 },
    { name: 'model', before: 'a' },
    { name: 'temperature', before: 0.2, after: 0.5 },
  ]);
});

test('a diff of a chat prompt shows a changed role', async () => {
  for (const role of ['user', 'system'])
    await registry.create({
      promptKey: 'roles.one',
      template: undefined,
      messages: [{ role, content: 'Hi' }],
    });
  const lines: DiffLine[] = (await diff('roles.one')).body.data.lines;
  expect(lines.map(({ kind, text }) => [kind, text])).toEqual([
    ['removed', '[user]'],
    ['added', '[system]'],
    ['equal', 'Hi'],
  ]);
});

test('two entirely different versions of 200 kB are compared in time, and both texts are complete', async () => {
  const textOf = (word: string) =>
    Array.from({ length: 5_000 }, (_, line) => `${word} ${line} ${'x'.repeat(30)}`).join('\n');
  const [before, after] = [textOf('old'), textOf('new')];
  for (const template of [before, after]) await registry.create({ promptKey: 'huge.diff', template });
  const startedAt = performance.now();
  const lines: DiffLine[] = (await diff('huge.diff')).body.data.lines;
  expect(performance.now() - startedAt).toBeLessThan(10_000);
  const sideOf = (other: string) =>
    lines.flatMap(({ kind, text }) => (kind === other ? [] : [text])).join('\n');
  expect([sideOf('added') === before, sideOf('removed') === after]).toEqual([true, true]);
});

test('a diff with an absent version or a draft of others is not found', async () => {
  await registry.create({ promptKey: 'hidden.one' });
  await registry.activate(await registry.create({ promptKey: 'hidden.one' }));
  expect((await diff('hidden.one', 1, 3)).status).toBe(404);
  expect((await diff('hidden.one', 1, 2, registry.user)).status).toBe(404);
  expect((await diff('hidden.one', 2, 2, registry.user)).body.data.lines).toMatchObject([{ kind: 'equal' }]);
});

test('a pinned version is immutable in caches: it has no status, and one tag for ever', async () => {
  const version = await registry.create({ promptKey: 'pinned.one' });
  const path = '/api/prompts/versions/pinned.one/1';
  expect((await registry.as(registry.user, path)).status).toBe(404);
  const draft = await registry.as(registry.admin, path);
  await registry.activate(version);
  const { status, body, headers } = await registry.as(registry.user, path);
  expect([status, body.data.template, headers.get('cache-control')]).toEqual([
    200,
    'Hello',
    'private, max-age=31536000, immutable',
  ]);
  expect(body.data).not.toHaveProperty('status');
  const etag = headers.get('etag') ?? '';
  expect(draft.headers.get('etag')).toBe(etag);
  const again = await registry.as(registry.user, path, { headers: { 'if-none-match': etag } });
  expect([again.status, again.body]).toEqual([304, '']);
});

test('the active version has a tag that an activation changes', async () => {
  await registry.activate(await registry.create({ promptKey: 'tagged.active' }));
  const read = (headers = {}) => registry.as(registry.user, '/api/prompts/tagged.active', { headers });
  const etag = (await read()).headers.get('etag') ?? '';
  expect((await read({ 'if-none-match': etag })).status).toBe(304);
  await registry.activate(await registry.create({ promptKey: 'tagged.active' }));
  expect((await read({ 'if-none-match': etag })).status).toBe(200);
});
