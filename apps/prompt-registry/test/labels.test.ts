import type { UserPrincipal } from '@valuecanvas/contracts-core';
import type { ActivePrompt, PromptSnapshot } from '@valuecanvas/contracts-prompt-registry';
import { apiKeyPrincipal, eventually } from '@valuecanvas/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startRegistry, type TestRegistry } from './registry.ts';

let registry: TestRegistry;
let second: UserPrincipal;
beforeAll(async () => {
  registry = await startRegistry();
  second = await registry.database.createUser({ role: 'operator' });
});
afterAll(() => registry.stop());

async function versions(promptKey: string, count: number): Promise<void> {
  for (let made = 1; made <= count; made += 1)
    await registry.create({ promptKey, template: `version ${made}` });
}

const labelPath = (promptKey: string, label: string) => `/api/prompts/${promptKey}/labels/${label}`;

const move = (
  promptKey: string,
  label: string,
  body: { version: number; expectedVersion: number | null; environment?: string; reason?: string },
  as = registry.admin,
) => registry.as(as, labelPath(promptKey, label), { method: 'PUT', body });

const protect = (promptKey: string, label: string, isProtected = true, as = registry.admin) =>
  registry.as(as, `${labelPath(promptKey, label)}/protection`, {
    method: 'PUT',
    body: { protected: isProtected },
  });

const history = async (promptKey: string, label: string) =>
  (await registry.as(registry.user, `${labelPath(promptKey, label)}/history`)).body.data;

const get = async (promptKey: string, query = '') =>
  (await registry.as(registry.user, `/api/prompts/${promptKey}${query}`)).body.data?.version;

const snapshot = async (): Promise<PromptSnapshot> => {
  const answer = await registry.service.request('/internal/prompts/snapshot', {
    as: { kind: 'service', service: 'canvas' },
    from: 'canvas',
  });
  return answer.body;
};

test('a label is created, moved and read in each environment', async () => {
  await versions('moved.one', 2);
  const created = await move('moved.one', 'staging', { version: 1, expectedVersion: null });
  expect(created).toMatchObject({
    status: 200,
    body: { data: { environment: 'default', label: 'staging', version: 1, protected: false } },
  });
  await move('moved.one', 'staging', { version: 2, expectedVersion: 1 });
  await move('moved.one', 'staging', { version: 1, expectedVersion: null, environment: 'eu' });
  expect(await get('moved.one', '?label=staging')).toBe(2);
  expect(await get('moved.one', '?label=staging&environment=eu')).toBe(1);
  expect(await get('moved.one', '?label=other')).toBeUndefined();
  const { body } = await registry.as(registry.user, '/api/prompts/moved.one/labels');
  expect(
    body.data.map((one: { environment: string; version: number }) => [one.environment, one.version]),
  ).toEqual([
    ['default', 2],
    ['eu', 1],
  ]);
  const rendered = await registry.as(registry.user, '/api/prompts/moved.one/render', {
    method: 'POST',
    body: { variables: {}, label: 'staging', environment: 'eu' },
  });
  expect(rendered.body.data.content).toBe('version 1');
});

test('a move that expects another version is refused and names the current one', async () => {
  await versions('stale.one', 2);
  await move('stale.one', 'staging', { version: 1, expectedVersion: null });
  for (const expectedVersion of [2, null]) {
    const { status, body } = await move('stale.one', 'staging', { version: 2, expectedVersion });
    expect([status, body.code, body.details]).toEqual([409, 'CONFLICT', { currentVersion: 1 }]);
  }
});

test('of ten moves from the same version at the same time, one succeeds', async () => {
  await versions('raced.label', 11);
  await move('raced.label', 'staging', { version: 1, expectedVersion: null });
  const answers = await Promise.all(
    Array.from({ length: 10 }, (_, index) =>
      move('raced.label', 'staging', { version: index + 2, expectedVersion: 1 }),
    ),
  );
  expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(9).fill(409)]);
  expect(await history('raced.label', 'staging')).toHaveLength(2);
});

test('a label moves to existing versions only, and production only to versions that can be rendered', async () => {
  await versions('absent.one', 1);
  expect((await move('absent.one', 'staging', { version: 9, expectedVersion: null })).status).toBe(404);
  expect((await move('nowhere.one', 'staging', { version: 1, expectedVersion: null })).status).toBe(404);
  const needy = await registry.create({
    promptKey: 'canvas.check',
    template: '{{tone}}',
    variables: ['tone'],
  });
  const { version } = needy;
  const refused = await move('canvas.check', 'production', { version, expectedVersion: 1 });
  expect([refused.status, refused.body.code]).toEqual([400, 'VALIDATION_FAILED']);
  expect((await move('canvas.check', 'staging', { version, expectedVersion: null })).status).toBe(200);
});

test('the label production is the active version, whichever is changed', async () => {
  await versions('mirrored.one', 2);
  await move('mirrored.one', 'production', { version: 1, expectedVersion: null });
  expect(await get('mirrored.one')).toBe(1);
  const [second] = (await registry.as(registry.admin, '/api/prompts/versions?promptKey=mirrored.one')).body
    .data;
  await registry.activate(second);
  const labels = (await registry.as(registry.user, '/api/prompts/mirrored.one/labels')).body.data;
  expect(labels).toMatchObject([{ label: 'production', version: 2, movedBy: registry.admin.userId }]);
  await move('mirrored.one', 'production', { version: 1, expectedVersion: 2 });
  const statuses = await registry.database.query(
    `select version, status from prompt_versions where prompt_key = 'mirrored.one' order by version`,
  );
  expect(statuses).toEqual([
    { version: 1, status: 'active' },
    { version: 2, status: 'deprecated' },
  ]);
});

test('an activation by a release without labels moves production and is in the history', async () => {
  await versions('former.one', 2);
  await move('former.one', 'production', { version: 1, expectedVersion: null });
  await registry.database.query(
    `update prompt_versions set status = 'deprecated' where prompt_key = 'former.one' and status = 'active';
     update prompt_versions set status = 'active', activated_at = now() where prompt_key = 'former.one' and version = 2`,
  );
  expect(await get('former.one', '?label=production')).toBe(2);
  expect(await history('former.one', 'production')).toMatchObject([
    { from: 1, to: 2 },
    { from: null, to: 1, movedBy: registry.admin.userId },
  ]);
});

test('the history of a label names who moved it, when, from where, to where and why, and nothing changes it', async () => {
  await versions('told.one', 2);
  await move('told.one', 'staging', { version: 1, expectedVersion: null });
  await move('told.one', 'staging', { version: 2, expectedVersion: 1, reason: 'Shorter answers' }, second);
  await registry.as(registry.admin, labelPath('told.one', 'staging'), { method: 'DELETE' });
  const moves = await history('told.one', 'staging');
  expect(moves).toMatchObject([
    { from: 2, to: null, movedBy: registry.admin.userId },
    { from: 1, to: 2, movedBy: second.userId, reason: 'Shorter answers', requestId: expect.any(String) },
    { from: null, to: 1, movedBy: registry.admin.userId },
  ]);
  expect(await get('told.one', '?label=staging')).toBeUndefined();
  for (const change of ['delete from', 'update', 'insert into'])
    expect(
      await registry.database.query(
        `select has_table_privilege('vc_prompt_registry', 'vc_private.prompt_label_moves', '${change.split(' ')[0]}') as may`,
      ),
    ).toEqual([{ may: false }]);
});

test('production cannot be removed', async () => {
  await versions('kept.one', 1);
  await move('kept.one', 'production', { version: 1, expectedVersion: null });
  const { status } = await registry.as(registry.admin, labelPath('kept.one', 'production'), {
    method: 'DELETE',
  });
  expect(status).toBe(422);
  expect(await get('kept.one')).toBe(1);
});

test.each(['a session', 'an API key'])(
  'a protected label cannot be moved, activated or removed by %s',
  async (kind) => {
    const promptKey = `guarded.${kind === 'a session' ? 'session' : 'key'}`;
    await versions(promptKey, 2);
    await move(promptKey, 'production', { version: 1, expectedVersion: null });
    expect((await protect(promptKey, 'production', true, second)).status).toBe(403);
    expect((await protect(promptKey, 'production')).body.data).toMatchObject({ protected: true, version: 1 });
    const as =
      kind === 'a session'
        ? registry.admin
        : { ...apiKeyPrincipal(['prompts:activate', 'prompts:write']), userId: registry.admin.userId };
    const refused = [
      await move(promptKey, 'production', { version: 2, expectedVersion: 1 }, as),
      await registry.as(as, `/api/prompts/versions/${promptKey}/2/activate`, { method: 'POST' }),
    ];
    expect(refused.map(({ status, body }) => [status, body.code])).toEqual(Array(2).fill([403, 'FORBIDDEN']));
    expect(refused[0]?.body.message).toContain(`/api/prompts/${promptKey}/labels/production/proposals`);
    expect(await get(promptKey)).toBe(1);
    await move(promptKey, 'staging', { version: 1, expectedVersion: null });
    await protect(promptKey, 'staging');
    expect((await registry.as(as, labelPath(promptKey, 'staging'), { method: 'DELETE' })).status).toBe(403);
  },
);

const propose = async (promptKey: string, version: number, as = registry.admin) =>
  (
    await registry.as(as, `${labelPath(promptKey, 'production')}/proposals`, {
      method: 'POST',
      body: { version, reason: 'Tested on staging' },
    })
  ).body.data;

const decide = (promptKey: string, id: string, decision: 'approve' | 'reject', as: UserPrincipal) =>
  registry.as(as, `${labelPath(promptKey, 'production')}/proposals/${id}/${decision}`, { method: 'POST' });

async function protectedPrompt(promptKey: string): Promise<void> {
  await versions(promptKey, 3);
  await move(promptKey, 'production', { version: 1, expectedVersion: null });
  await protect(promptKey, 'production');
}

test('a protected label moves when a second person approves it, and the history names both', async () => {
  await protectedPrompt('agreed.one');
  const { id } = await propose('agreed.one', 2);
  const sameUserWithKey = { ...apiKeyPrincipal(['prompts:activate']), userId: registry.admin.userId };
  for (const as of [registry.admin, sameUserWithKey])
    expect((await decide('agreed.one', id, 'approve', as)).status).toBe(403);
  expect(await get('agreed.one')).toBe(1);
  const approved = await decide('agreed.one', id, 'approve', second);
  expect(approved).toMatchObject({
    status: 200,
    body: { data: { status: 'approved', proposedBy: registry.admin.userId, decidedBy: second.userId } },
  });
  expect(await get('agreed.one')).toBe(2);
  const people = { movedBy: registry.admin.userId, approvedBy: second.userId };
  expect((await history('agreed.one', 'production'))[0]).toMatchObject({
    from: 1,
    to: 2,
    ...people,
    reason: 'Tested on staging',
  });
  expect((await decide('agreed.one', id, 'approve', second)).status).toBe(409);
  expect((await decide('agreed.one', id, 'reject', second)).status).toBe(409);
});

test('a proposal does not undo a move that was made after it', async () => {
  await protectedPrompt('outdated.one');
  const [first, later] = [await propose('outdated.one', 2), await propose('outdated.one', 3)];
  expect((await decide('outdated.one', later.id, 'approve', second)).status).toBe(200);
  const { status, body } = await decide('outdated.one', first.id, 'approve', second);
  expect([status, body.details]).toEqual([409, { currentVersion: 3 }]);
  expect((await decide('outdated.one', first.id, 'reject', second)).status).toBe(200);
  const { body: listed } = await registry.as(second, `${labelPath('outdated.one', 'production')}/proposals`);
  expect(listed.data).toMatchObject([
    { id: later.id, status: 'approved' },
    { id: first.id, status: 'rejected' },
  ]);
});

test('a proposal belongs to its prompt and label', async () => {
  await protectedPrompt('owning.one');
  await protectedPrompt('other.one');
  const { id } = await propose('owning.one', 2);
  expect((await decide('other.one', id, 'approve', second)).status).toBe(404);
  expect((await decide('owning.one', '019359c0-6000-7000-8000-000000000009', 'approve', second)).status).toBe(
    404,
  );
});

test('the snapshot has every label with its version, and a move of any label changes it', async () => {
  await versions('shot.labels', 2);
  await move('shot.labels', 'staging', { version: 1, expectedVersion: null });
  const before = await snapshot();
  const ofPrompt = <T extends { promptKey: string }>(all: readonly T[] = []) =>
    all.filter(({ promptKey }) => promptKey === 'shot.labels');
  const [labelled]: ActivePrompt[] = ofPrompt(before.labelled);
  expect(labelled).toMatchObject({ version: 1, template: 'version 1' });
  expect(ofPrompt(before.labels)).toEqual([
    { promptKey: 'shot.labels', environment: 'default', label: 'staging', versionId: labelled?.versionId },
  ]);
  expect(ofPrompt(before.prompts)).toEqual([]);
  await move('shot.labels', 'staging', { version: 2, expectedVersion: 1 });
  expect((await snapshot()).version).not.toBe(before.version);
});

test('a connection that dies in the middle of a move leaves everything as it was', async () => {
  await versions('killed.one', 2);
  await move('killed.one', 'production', { version: 1, expectedVersion: null });
  const { query } = registry.database;
  // Stops the move after it has changed the label, and before it commits.
  await query(`create function hold_move() returns trigger language plpgsql as $$ begin
    perform pg_advisory_lock_shared(77); return null; end $$`);
  await query(`create trigger hold_move after update on vc_private.prompt_labels
    for each row when (new.prompt_key = 'killed.one') execute function hold_move()`);
  await query('select pg_advisory_lock(77)');
  const moving = move('killed.one', 'production', { version: 2, expectedVersion: 1 });
  await eventually(async () => {
    const killed = await query(
      `select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and objid = 77 and not granted`,
    );
    expect(killed).not.toEqual([]);
  });
  expect((await moving).status).toBe(503);
  await query('drop trigger hold_move on vc_private.prompt_labels');
  expect(await get('killed.one')).toBe(1);
  expect(await history('killed.one', 'production')).toHaveLength(1);
  expect((await move('killed.one', 'production', { version: 2, expectedVersion: 1 })).status).toBe(200);
  expect(await get('killed.one')).toBe(2);
});

test('moves, protections and decisions are in the audit log with the state before and after', async () => {
  await versions('audited.label', 2);
  await move('audited.label', 'staging', { version: 1, expectedVersion: null });
  await move('audited.label', 'staging', { version: 2, expectedVersion: 1 });
  await protect('audited.label', 'staging');
  const records = await registry.database.query(
    `select action, before, after from vc_private.audit_log
     where subject = 'audited.label' and action <> 'prompts.createVersion' order by id`,
  );
  const staging = { environment: 'default', label: 'staging' };
  expect(records).toMatchObject([
    { action: 'prompts.moveLabel', before: null, after: { ...staging, version: 1 } },
    { action: 'prompts.moveLabel', before: { version: 1 }, after: { ...staging, version: 2 } },
    { action: 'prompts.protectLabel', before: { protected: false }, after: { ...staging, protected: true } },
  ]);
});
