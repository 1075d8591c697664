import type { UserPrincipal } from '@valuecanvas/contracts-core';
import { promptRegistryContract, reservedKeys } from '@valuecanvas/contracts-prompt-registry';
import { apiKeyPrincipal, type TestRequest } from '@valuecanvas/testing';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { startRegistry, type TestRegistry } from './registry.ts';

let registry: TestRegistry;
let second: UserPrincipal;
beforeAll(async () => {
  registry = await startRegistry();
  second = await registry.database.createUser({ role: 'operator' });
});
afterAll(() => registry.stop());
beforeEach(() => registry.database.query('truncate vc_private.audit_log'));

const records = () => registry.database.query('select * from vc_private.audit_log order by id');

const staging = '/api/prompts/audited.one/labels/staging';
const production = '/api/prompts/audited.one/labels/production';

interface Change extends Omit<TestRequest, 'as'> {
  /** ID of the operation. */
  readonly id: string;
  readonly path: string | (() => string);
  readonly as?: () => UserPrincipal;
  /** State before and after, as far as the audit log must hold it. */
  /** Kind of the changed resource. Defaults to `prompt`. */
  readonly kind?: string;
  /** State before and after, as the audit log holds it. */
  readonly before: object | null;
  readonly after: object | null;
}

const proposals: string[] = [];
const experiments: string[] = [];
const canaries: string[] = [];
const evaluations: string[] = [];
const create = (version: number): Change => ({
  id: 'prompts.createVersion',
  method: 'POST',
  path: '/api/prompts/versions',
  body: { promptKey: 'audited.one', template: 'Hello', variables: [] },
  before: null,
  after: { version, status: 'draft', variables: [] },
});
const propose = (version: number): Change => ({
  id: 'prompts.proposeLabelMove',
  method: 'POST',
  path: `${production}/proposals`,
  body: { version },
  before: null,
  after: { label: 'production', from: 1, version, status: 'open' },
});
const decide = (index: number, decision: 'approve' | 'reject') =>
  ({
    method: 'POST',
    path: () => `${production}/proposals/${proposals[index]}/${decision}`,
    as: () => second,
  }) as const;

/** Every operation that changes the registry, in an order that works. A new one must be added here. */
const changes: readonly Change[] = [
  create(1),
  create(2),
  {
    id: 'prompts.activateVersion',
    method: 'POST',
    path: '/api/prompts/versions/audited.one/1/activate',
    before: null,
    after: { activeVersion: 1 },
  },
  {
    id: 'prompts.moveLabel',
    method: 'PUT',
    path: staging,
    body: { version: 1, expectedVersion: null },
    before: null,
    after: { environment: 'default', label: 'staging', version: 1 },
  },
  {
    id: 'prompts.removeLabel',
    method: 'DELETE',
    path: staging,
    before: { environment: 'default', label: 'staging', version: 1 },
    after: null,
  },
  {
    id: 'prompts.createExperiment',
    method: 'POST',
    path: '/api/prompts/ab-tests',
    body: {
      name: 'Audited',
      promptKey: 'audited.one',
      arms: [
        { name: 'a', version: 1, weight: 1 },
        { name: 'b', version: 2, weight: 1 },
      ],
    },
    before: null,
    after: { name: 'Audited', status: 'draft' },
  },
  {
    id: 'prompts.startExperiment',
    method: 'POST',
    path: () => `/api/prompts/ab-tests/${experiments[0]}/start`,
    before: { status: 'draft' },
    after: { status: 'running' },
  },
  {
    id: 'prompts.completeExperiment',
    method: 'POST',
    path: () => `/api/prompts/ab-tests/${experiments[0]}/complete`,
    body: { winner: 'b' },
    before: { status: 'running' },
    after: { status: 'completed', winner: 'b' },
  },
  {
    id: 'prompts.protectLabel',
    method: 'PUT',
    path: `${production}/protection`,
    body: { protected: true },
    before: { label: 'production', protected: false },
    after: { label: 'production', protected: true },
  },
  {
    id: 'prompts.createCanary',
    method: 'POST',
    path: '/api/prompts/canaries',
    body: { promptKey: 'audited.one', version: 2 },
    before: null,
    after: { status: 'proposed', baselineVersion: 1, candidateVersion: 2 },
  },
  {
    id: 'prompts.approveCanary',
    method: 'POST',
    path: () => `/api/prompts/canaries/${canaries[0]}/approve`,
    as: () => second,
    before: { status: 'proposed' },
    after: { status: 'running' },
  },
  {
    id: 'prompts.abortCanary',
    method: 'POST',
    path: () => `/api/prompts/canaries/${canaries[0]}/abort`,
    body: {},
    before: { status: 'running' },
    after: { status: 'aborted' },
  },
  propose(2),
  propose(2),
  {
    id: 'prompts.rejectLabelMove',
    ...decide(0, 'reject'),
    before: { status: 'open', version: 2 },
    after: { status: 'rejected', version: 2 },
  },
  {
    id: 'prompts.approveLabelMove',
    ...decide(1, 'approve'),
    before: { activeVersion: 1 },
    after: { activeVersion: 2 },
  },
  {
    id: 'prompts.createDataset',
    method: 'POST',
    path: '/api/prompts/datasets',
    body: { name: 'audited.one', graders: [{ type: 'exact', value: 'Hello' }], cases: [{ variables: {} }] },
    kind: 'promptDataset',
    before: null,
    after: { version: 1, caseCount: 1 },
  },
  {
    id: 'prompts.startEvaluation',
    method: 'POST',
    path: '/api/prompts/evaluations',
    body: { promptKey: 'audited.one', version: 1, dataset: 'audited.one' },
    before: null,
    after: { version: 1, dataset: 'audited.one' },
  },
  {
    id: 'prompts.cancelEvaluation',
    method: 'POST',
    path: () => `/api/prompts/evaluations/${evaluations[0]}/cancel`,
    before: { status: 'running' },
    after: { status: 'cancelled' },
  },
  {
    id: 'prompts.setGate',
    method: 'PUT',
    path: `${production}/gate`,
    body: { dataset: 'audited.one', minimumScore: 0.5 },
    before: null,
    after: { gate: expect.objectContaining({ dataset: 'audited.one', minimumScore: 0.5 }) },
  },
  {
    id: 'prompts.removeGate',
    method: 'DELETE',
    path: `${production}/gate`,
    before: { gate: expect.objectContaining({ minimumScore: 0.5 }) },
    after: null,
  },
];

test('every change of the registry is recorded with its author, reason, request, and state before and after', async () => {
  const declared = Object.values(promptRegistryContract.routes).flatMap(({ id, method, auth }) =>
    (method as string) !== 'GET' && auth.kind === 'permission' && auth.permission !== 'prompts:read'
      ? [id]
      : [],
  );
  expect([...new Set(changes.map(({ id }) => id))].sort()).toEqual(declared.sort());
  for (const { id, path, as = () => registry.admin, kind = 'prompt', before, after, ...request } of changes) {
    await registry.database.query('truncate vc_private.audit_log');
    const author = as();
    const headers = { 'x-audit-reason': 'a test' };
    const answer = await registry.as(author, typeof path === 'string' ? path : path(), {
      ...request,
      headers,
    });
    expect([id, answer.status]).toEqual([id, expect.toSatisfy((status: number) => status < 300)]);
    if (id === 'prompts.proposeLabelMove') proposals.push(answer.body.data.id);
    if (id === 'prompts.createCanary') canaries.push(answer.body.data.id);
    if (id === 'prompts.createExperiment') experiments.push(answer.body.data.id);
    if (id === 'prompts.startEvaluation') evaluations.push(answer.body.data.id);
    expect(await records()).toEqual([
      expect.objectContaining({
        action: id,
        actor: 'user',
        actor_id: author.userId,
        actor_role: author.role,
        target_kind: kind,
        subject: 'audited.one',
        reason: 'a test',
        request_id: answer.headers.get('x-request-id'),
        before: before && expect.objectContaining(before),
        after: after && expect.objectContaining(after),
      }),
    ]);
  }
});

test('a change by an API key names the key', async () => {
  const key = { ...apiKeyPrincipal(['prompts:write']), userId: registry.admin.userId };
  const body = { promptKey: 'audited.key', template: 'Hello', variables: [] };
  expect((await registry.as(key, '/api/prompts/versions', { method: 'POST', body })).status).toBe(201);
  expect(await records()).toMatchObject([{ api_key_id: key.apiKeyId, actor_id: registry.admin.userId }]);
});

test('a refused change leaves no record', async () => {
  await registry.create({ promptKey: 'audited.refused' });
  await registry.database.query('truncate vc_private.audit_log');
  const path = '/api/prompts/audited.refused/labels/staging';
  const body = { version: 9, expectedVersion: null };
  expect((await registry.as(registry.admin, path, { method: 'PUT', body })).status).toBe(404);
  const stale = { version: 1, expectedVersion: 7 };
  expect((await registry.as(registry.admin, path, { method: 'PUT', body: stale })).status).toBe(409);
  expect(await records()).toEqual([]);
});

test('a change that cannot be recorded does not happen', async () => {
  await registry.create({ promptKey: 'audited.held' });
  const signature = 'vc_private.record_audit(jsonb)';
  await registry.database.query(`revoke execute on function ${signature} from vc_prompt_registry`);
  try {
    const path = '/api/prompts/versions/audited.held/1/activate';
    expect((await registry.as(registry.admin, path, { method: 'POST' })).status).toBe(500);
    expect((await registry.as(registry.user, '/api/prompts/audited.held')).status).toBe(404);
  } finally {
    await registry.database.query(`grant execute on function ${signature} to vc_prompt_registry`);
  }
});

test('every name that a route has in place of a prompt is reserved', () => {
  const names = Object.values(promptRegistryContract.routes).flatMap(({ path }) => {
    const [, name] = /^\/api\/prompts\/([^/:]+)/.exec(path) ?? [];
    return name === undefined ? [] : [name];
  });
  expect(names).toContain('versions');
  expect(reservedKeys).toEqual(expect.arrayContaining(names));
});
