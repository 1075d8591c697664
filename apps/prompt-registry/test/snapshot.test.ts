import type { ServiceName } from '@valuecanvas/contracts-core';
import type { ActivePrompt } from '@valuecanvas/contracts-prompt-registry';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startRegistry, type TestRegistry } from './registry.ts';

let registry: TestRegistry;
beforeAll(async () => {
  registry = await startRegistry();
});
afterAll(() => registry.stop());

const snapshot = (ifNoneMatch?: string, service: ServiceName = 'canvas') =>
  registry.service.request('/internal/prompts/snapshot', {
    as: { kind: 'service', service },
    from: service,
    headers: ifNoneMatch === undefined ? {} : { 'if-none-match': ifNoneMatch },
  });

test('the snapshot holds the active version of each prompt and nothing else', async () => {
  const version = await registry.create({ promptKey: 'shot.one', template: '{{a}}', variables: ['a'] });
  await registry.activate(version);
  await registry.create({ promptKey: 'shot.one', template: 'draft' });
  await registry.create({ promptKey: 'shot.two' });
  const { status, body, headers } = await snapshot();
  expect(status).toBe(200);
  expect(headers.get('etag')).toBe(`"${body.version}"`);
  const prompts: ActivePrompt[] = body.prompts;
  const keys = prompts.map(({ promptKey }) => promptKey);
  expect(keys).toEqual(expect.arrayContaining(['canvas.generate', 'canvas.refine', 'shot.one']));
  expect(keys).not.toContain('shot.two');
  expect(prompts.filter(({ promptKey }) => promptKey === 'shot.one')).toEqual([
    {
      versionId: version.id,
      promptKey: 'shot.one',
      version: 1,
      template: '{{a}}',
      variables: [{ name: 'a', required: true }],
      metadata: version.metadata,
    },
  ]);
});

test('who knows the current version gets no body, until an activation changes it', async () => {
  const version = await registry.create({ promptKey: 'tagged.one' });
  const before = (await snapshot()).headers.get('etag') ?? '';
  for (const known of [before, `W/${before}`, `"other", ${before}`, '*']) {
    const { status, body } = await snapshot(known);
    expect([status, body]).toEqual([304, '']);
  }
  await registry.activate(version);
  const { status, headers } = await snapshot(before);
  expect(status).toBe(200);
  expect(headers.get('etag')).not.toBe(before);
});

test('only services that use prompts may fetch it', async () => {
  expect((await snapshot(undefined, 'gateway')).status).toBe(403);
  expect((await registry.as(registry.admin, '/internal/prompts/snapshot')).status).toBe(403);
});
