import { afterAll, beforeAll, expect, test } from 'vitest';
import { startRegistry, type TestRegistry } from './registry.ts';

let registry: TestRegistry;
beforeAll(async () => {
  registry = await startRegistry();
});
afterAll(() => registry.stop());

const eventsOf = (promptKey: string) =>
  registry.database.query(
    `select kind, severity, details from vc_private.notifications
     where details ->> 'promptKey' = $1 order by created_at, id`,
    [promptKey],
  );

const change = (path: string, method: 'POST' | 'PUT' | 'DELETE', body?: object, as = registry.admin) =>
  registry.as(as, `/api/prompts/${path}`, { method, ...(body ? { body } : {}) });

test('each new version, move and proposal is an event, and a refused or repeated move is none', async () => {
  const second = await registry.database.createUser({ role: 'operator' });
  const [one, two] = [
    await registry.create({ promptKey: 'told.event' }),
    await registry.create({ promptKey: 'told.event', template: 'Hello again' }),
  ];
  const label = 'told.event/labels/staging';
  expect((await change(label, 'PUT', { version: 1, expectedVersion: null })).status).toBe(200);
  expect((await change(label, 'PUT', { version: 1, expectedVersion: 1 })).status).toBe(200);
  expect((await change(label, 'PUT', { version: 2, expectedVersion: null })).status).toBe(409);
  await change(`${label}/protection`, 'PUT', { protected: true });
  const proposed = (await change(`${label}/proposals`, 'POST', { version: 2 })).body.data;
  expect((await change(`${label}/proposals/${proposed.id}/approve`, 'POST', undefined, second)).status).toBe(
    200,
  );
  await change(`${label}/protection`, 'PUT', { protected: false });
  expect((await change(label, 'DELETE')).status).toBe(204);
  const position = { promptKey: 'told.event', environment: 'default', label: 'staging' };
  const author = registry.admin.userId;
  const created = (version: { id: string; version: number }) => ({
    kind: 'prompt.version-created',
    severity: 'info',
    details: { promptKey: 'told.event', version: version.version, versionId: version.id, createdBy: author },
  });
  const moved = (details: object) => ({
    kind: 'prompt.label-moved',
    severity: 'info',
    details: { ...position, movedBy: author, ...details },
  });
  expect(await eventsOf('told.event')).toEqual([
    created(one),
    created(two),
    moved({ to: 1 }),
    {
      kind: 'prompt.move-proposed',
      severity: 'info',
      details: { ...position, proposalId: proposed.id, version: 2, proposedBy: author },
    },
    moved({ from: 1, to: 2, approvedBy: second.userId }),
    moved({ from: 2 }),
  ]);
});

test('an event is recorded with its change or not at all', async () => {
  await registry.create({ promptKey: 'held.event' });
  const signature = 'vc_private.record_notification(jsonb)';
  await registry.database.query(`revoke execute on function ${signature} from vc_prompt_registry`);
  try {
    const move = { version: 1, expectedVersion: null };
    expect((await change('held.event/labels/staging', 'PUT', move)).status).toBe(500);
    expect((await registry.as(registry.user, '/api/prompts/held.event/labels')).body.data).toEqual([]);
  } finally {
    await registry.database.query(`grant execute on function ${signature} to vc_prompt_registry`);
  }
});
