import { afterAll, beforeAll, expect, test } from 'vitest';
import { startRegistry, type TestRegistry } from './registry.ts';

let registry: TestRegistry;
beforeAll(async () => {
  registry = await startRegistry();
});
afterAll(() => registry.stop());

const render = (promptKey: string, body: object, as = registry.user) =>
  registry.as(as, `/api/prompts/${promptKey}/render`, { method: 'POST', body });

test.each(['canvas.generate', 'canvas.refine', 'canvas.variant', 'canvas.check'])(
  '%s is active in a new deployment',
  async (promptKey) => {
    const { status, body } = await registry.as(registry.user, `/api/prompts/${promptKey}`);
    expect(status).toBe(200);
    expect(body.data).toMatchObject({ promptKey, version: 1, status: 'active' });
  },
);

test('the prompts of a new deployment can be rendered with and without their optional variables', async () => {
  const variables = { businessDescription: 'A bakery with its own mill' };
  const short = await render('canvas.generate', { variables });
  expect(short.status).toBe(200);
  expect(short.body.data.content).toContain('A bakery with its own mill');
  expect(short.body.data.content).not.toContain('<industry>');
  expect(short.body.data.content).not.toContain('{{');
  const long = await render('canvas.generate', { variables: { ...variables, industry: 'Food' } });
  expect(long.body.data.content).toContain('<industry>\nFood\n</industry>');
});

test('a rendered prompt has its version and its model parameters', async () => {
  const metadata = { model: 'm', temperature: 0.3, maxTokens: 50, description: 'not for models' };
  const version = await registry.create({
    promptKey: 'named.one',
    template: '{{a}}!',
    variables: ['a'],
    metadata,
  });
  await registry.activate(version);
  const { body } = await render('named.one', { variables: { a: '{{a}}' } });
  expect(body.data).toEqual({
    promptKey: 'named.one',
    version: 1,
    versionId: version.id,
    content: '{{a}}!',
    messages: [{ role: 'user', content: '{{a}}!' }],
    metadata: { model: 'm', temperature: 0.3, maxTokens: 50 },
  });
});

test('all missing and unknown variables are reported', async () => {
  const { status, body } = await render('canvas.refine', { variables: { section: 'channels', tone: 'x' } });
  expect(status).toBe(400);
  expect(body).toMatchObject({
    code: 'VALIDATION_FAILED',
    details: [
      { path: 'variables.currentContent', message: 'is required' },
      { path: 'variables.tone', message: 'is not a variable of this prompt' },
    ],
  });
});

test('a version can be rendered by its number, and a draft only by admins', async () => {
  await registry.activate(await registry.create({ promptKey: 'drafted.one', template: 'first' }));
  await registry.create({ promptKey: 'drafted.one', template: 'second' });
  const content = async (body: object, as = registry.user) =>
    (await render('drafted.one', { variables: {}, ...body }, as)).body.data?.content;
  expect(await content({})).toBe('first');
  expect(await content({ version: 1 })).toBe('first');
  expect(await content({ version: 2 }, registry.admin)).toBe('second');
  expect((await render('drafted.one', { variables: {}, version: 2 })).status).toBe(404);
});

test('a prompt without an active version is not found', async () => {
  await registry.create({ promptKey: 'inactive.one' });
  for (const as of [registry.user, registry.admin]) {
    expect((await registry.as(as, '/api/prompts/inactive.one')).status).toBe(404);
    expect((await render('inactive.one', { variables: {} }, as)).status).toBe(404);
  }
});
