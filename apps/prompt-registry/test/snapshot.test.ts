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

test('the snapshot contains the active version of each prompt and nothing else', async () => {
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

test('a client with the current version gets no body until an activation changes it', async () => {
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
  expect((await snapshot(undefined, 'canvas')).status).toBe(200);
  expect((await snapshot(undefined, 'llm-router')).status).toBe(200);
  expect((await snapshot(undefined, 'gateway')).status).toBe(403);
  expect((await snapshot(undefined, 'job-worker')).status).toBe(403);
  expect((await snapshot(undefined, 'feature-flags')).status).toBe(401);
  expect((await registry.as(registry.admin, '/internal/prompts/snapshot')).status).toBe(403);
});

test.each(['canvas', 'llm-router'] as const)(
  '%s may not act for users and gets only the snapshot',
  async (from) => {
    const promptKey = `kept.for-${from}`;
    const version = await registry.create({ promptKey });
    const body = { promptKey, template: 'smuggled', variables: [], metadata: {} };
    const activation = `/api/prompts/versions/${promptKey}/${version.version}/activate`;
    const refused = await Promise.all([
      registry.as(registry.admin, `/api/prompts/versions?promptKey=${promptKey}`, { from }),
      registry.as(registry.admin, '/api/prompts/versions', { method: 'POST', body, from }),
      registry.as(registry.admin, activation, { method: 'POST', from }),
      registry.as(registry.user, '/api/prompts/canvas.generate', { from }),
      registry.as(registry.admin, '/internal/prompts/snapshot', { from }),
    ]);
    expect(refused.map(({ status, body }) => [status, body.code])).toEqual(
      Array(5).fill([401, 'UNAUTHENTICATED']),
    );
    const prompts: ActivePrompt[] = (await snapshot()).body.prompts;
    expect(prompts.map((prompt) => prompt.promptKey)).not.toContain(promptKey);
  },
);
