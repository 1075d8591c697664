import { featureFlagsContract } from '@valuecanvas/contracts-feature-flags';
import { apiKeyPrincipal } from '@valuecanvas/testing';
import { beforeEach, expect, test } from 'vitest';
import { admin, usePlatform } from './platform.ts';

const platform = usePlatform();

beforeEach(() => platform.database.query('truncate vc_private.audit_log'));

const records = () =>
  platform.database.query<{ action: string; subject: string; before: object; after: object }>(
    'select * from vc_private.audit_log order by id',
  );

/** Every operation that changes a flag, in an order that works. A new one must be added here. */
const changes = [
  { operation: 'flags.create', method: 'POST', path: '/api/flags', body: { key: 'audited' } },
  { operation: 'flags.update', method: 'PUT', path: '/api/flags/audited', body: { enabled: true } },
  { operation: 'flags.restoreVersion', method: 'POST', path: '/api/flags/audited/versions/1/restore' },
  { operation: 'flags.delete', method: 'DELETE', path: '/api/flags/audited' },
] as const;

test('every change of a flag is recorded with its author, reason, and state before and after', async () => {
  const declared = Object.values(featureFlagsContract.routes).filter(
    ({ auth }) => auth.kind === 'permission' && auth.permission === 'flags:write',
  );
  expect(declared.map(({ id }) => id).sort()).toEqual(changes.map(({ operation }) => operation).sort());
  const service = await platform.startReplica();
  for (const { operation: _, path, ...request } of changes) {
    const headers = { 'x-audit-reason': 'a test' };
    expect((await service.request(path, { ...request, as: admin, headers })).status).toBeLessThan(300);
  }
  const author = {
    actor: 'user',
    actor_id: admin.userId,
    actor_role: 'admin',
    target_kind: 'flag',
    subject: 'audited',
    reason: 'a test',
    request_id: expect.any(String),
  };
  expect(await records()).toMatchObject([
    { ...author, action: 'flags.create', before: null, after: { enabled: false, version: 1 } },
    { ...author, action: 'flags.update', before: { enabled: false }, after: { enabled: true, version: 2 } },
    {
      ...author,
      action: 'flags.restoreVersion',
      before: { enabled: true },
      after: { enabled: false, version: 3 },
    },
    { ...author, action: 'flags.delete', before: { enabled: false, version: 3 }, after: null },
  ]);
});

test('a change by an API key names the key', async () => {
  const service = await platform.startReplica();
  const key = apiKeyPrincipal(['flags:write'], { ...admin, role: 'operator' });
  await service.request('/api/flags', { method: 'POST', as: key, body: { key: 'by_key' } });
  expect(await records()).toMatchObject([
    { api_key_id: key.apiKeyId, session_id: null, actor_role: 'operator' },
  ]);
});

test('a refused change leaves no record', async () => {
  const service = await platform.startReplica();
  await service.request('/api/flags/absent', { method: 'PUT', as: admin, body: { enabled: true } });
  await service.request('/api/flags/absent', { method: 'DELETE', as: admin });
  await service.request('/api/flags', { method: 'POST', as: admin, body: { key: 'llm_caching' } });
  expect(await records()).toEqual([]);
});

test('a change that cannot be recorded does not happen', async () => {
  const service = await platform.startReplica();
  const put = (enabled: boolean) =>
    service.request('/api/flags/llm_caching', { method: 'PUT', as: admin, body: { enabled } });
  await put(true);
  const signature = 'vc_private.record_audit(jsonb)';
  await platform.database.query(`revoke execute on function ${signature} from vc_feature_flags`);
  try {
    expect((await put(false)).status).toBe(500);
    const { body } = await service.request('/api/flags/llm_caching', { as: admin });
    expect(body.data.enabled).toBe(true);
  } finally {
    await platform.database.query(`grant execute on function ${signature} to vc_feature_flags`);
  }
});
