import { createHash } from 'node:crypto';
import { createInternalVerifier, importPublicKeys } from '@valuecanvas/identity';
import { eventually } from '@valuecanvas/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { generateApiKey } from '../src/api-keys/api-key-format.ts';
import { createKeyOfUser, postKey } from './support/api-keys.ts';
import { startGateway, type TestGateway } from './support/start-gateway.ts';

let gateway: TestGateway;

beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.stop());

type Headers = Readonly<Record<string, string>>;

const list = (headers: Headers, query = '') => gateway.service.request(`/api/keys${query}`, { headers });
const revoke = (headers: Headers, id: string) =>
  gateway.service.request(`/api/keys/${id}`, { method: 'DELETE', headers });
const models = (headers: Headers) => gateway.service.request('/v1/models', { headers });
const bearing = (key: string) => ({ authorization: `Bearer ${key}` });
const inAnHour = () => new Date(Date.now() + 3_600_000).toISOString();
const wellFormed = { name: 'a program', scopes: ['llm'] };

async function principalIn(identity: string, audience: 'llm-router' | 'feature-flags') {
  const keys = await importPublicKeys(gateway.identities.publicKeys);
  const verifier = createInternalVerifier({ audience, issuers: ['gateway'], keys });
  return (await verifier.verify(identity))?.principal;
}

describe('creating', () => {
  test('shows the key once and stores only its hash', async () => {
    const owner = await gateway.bearer();
    const expiresAt = inAnHour();
    const { status, body, headers } = await postKey(gateway, owner, { ...wellFormed, expiresAt });
    expect(status).toBe(201);
    expect(headers.get('cache-control')).toBe('no-store');
    const { key, ...shown } = body.data;
    expect(shown).toEqual({
      id: expect.any(String),
      name: 'a program',
      prefix: key.slice(0, 11),
      scopes: ['llm'],
      expiresAt,
      createdAt: expect.any(String),
    });
    const listed = await list(owner);
    expect(listed.body.data).toEqual([shown]);
    const [row] = await gateway.database.query<{ key_hash: Buffer }>(
      'select * from vc_private.api_keys where id = $1',
      [shown.id],
    );
    expect(row?.key_hash).toEqual(createHash('sha256').update(key).digest());
    const everything = await gateway.database.query(
      `select to_jsonb(k)::text from vc_private.api_keys k union all select to_jsonb(a)::text from vc_private.audit_log a`,
    );
    expect(JSON.stringify(everything)).not.toContain(key.slice(12));
  });

  test('a repeated creation gives the same key, whose secret is not in the database', async () => {
    const owner = { ...(await gateway.bearer()), 'idempotency-key': 'deploy-1' };
    const first = await postKey(gateway, owner, wellFormed);
    const again = await postKey(gateway, owner, wellFormed);
    expect(first.status).toBe(201);
    expect(again).toMatchObject({ status: 201, body: first.body });
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect(again.headers.get('cache-control')).toBe('no-store');
    expect((await list(owner)).body.data).toHaveLength(1);
    const { key } = first.body.data;
    expect((await models(bearing(key))).status).toBe(200);
    const rows = await gateway.database.query<{ text: string }>(
      `select encode(answer, 'escape') || encode(answer, 'hex') || encode(answer, 'base64') as text
         from vc_private.idempotency_keys`,
    );
    expect(rows.length).toBeGreaterThan(0);
    for (const encoding of ['utf8', 'hex', 'base64'] as const)
      expect(JSON.stringify(rows)).not.toContain(Buffer.from(key.slice(12)).toString(encoding).slice(0, 30));
  });

  test('is recorded, and fails if it cannot be recorded', async () => {
    const { owner, id, userId } = await createKeyOfUser(gateway);
    expect(
      await gateway.database.query('select * from vc_private.audit_log where subject = $1', [id]),
    ).toEqual([
      expect.objectContaining({
        actor: 'user',
        actor_id: userId,
        action: 'apiKeys.create',
        before: null,
        after: expect.objectContaining({ name: 'a program', scopes: ['llm'], expiresAt: null }),
        request_id: expect.any(String),
      }),
    ]);
    await gateway.database.query('revoke execute on function vc_private.record_audit(jsonb) from vc_gateway');
    try {
      expect((await postKey(gateway, owner, wellFormed)).status).toBe(500);
    } finally {
      await gateway.database.query('grant execute on function vc_private.record_audit(jsonb) to vc_gateway');
    }
    expect((await list(owner)).body.data).toHaveLength(1);
  });

  test.each([
    {},
    { scopes: ['llm'] },
    { name: 'x', scopes: [] },
    { name: 'x', scopes: ['llm', 'llm'] },
    { name: 'x', scopes: ['admin'] },
    { name: ' ', scopes: ['llm'] },
    { name: 'two\nlines', scopes: ['llm'] },
    { name: 'nul\u0000', scopes: ['llm'] },
    { name: 'x'.repeat(101), scopes: ['llm'] },
    { ...wellFormed, expiresAt: '2020-01-01T00:00:00Z' },
    { ...wellFormed, expiresAt: 'tomorrow' },
    { ...wellFormed, key: 'chosen' },
  ])('refuses %j', async (body) => {
    const answer = await postKey(gateway, await gateway.bearer(), body);
    expect(answer.status).toBe(400);
    expect(answer.body.code).toBe('VALIDATION_FAILED');
  });

  test('stops at 100 active keys, even for concurrent requests', async () => {
    const { owner, userId, id } = await createKeyOfUser(gateway);
    await gateway.database.query(
      `insert into vc_private.api_keys (id, user_id, name, prefix, key_hash, scopes)
       select gen_random_uuid(), $1, 'one of many', 'vc_', sha256(gen_random_uuid()::text::bytea), '{llm}'
       from generate_series(1, 97)`,
      [userId],
    );
    const answers = await Promise.all(Array.from({ length: 8 }, () => postKey(gateway, owner, wellFormed)));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 201, 422, 422, 422, 422, 422, 422]);
    expect(answers.find(({ status }) => status === 422)?.body.code).toBe('UNPROCESSABLE');
    await revoke(owner, id);
    expect((await postKey(gateway, owner, wellFormed)).status).toBe(201);
  });

  test('creates nothing for a deleted account', async () => {
    const { body: session } = await gateway.signUp();
    const owner = bearing(session.access_token);
    await list(owner);
    await gateway.database.query('delete from auth.users where id = $1', [session.user.id]);
    const { status, body } = await postKey(gateway, owner, wellFormed);
    expect(status).toBe(404);
    expect(body.code).toBe('NOT_FOUND');
  });
});

describe('listing', () => {
  test('lists the user’s own keys page by page, newest first', async () => {
    const { owner, id } = await createKeyOfUser(gateway);
    const ids = [id];
    for (let index = 0; index < 4; index++) {
      ids.unshift((await postKey(gateway, owner, wellFormed)).body.data.id);
    }
    const seen: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const { body } = await list(owner, `?limit=2${cursor && `&cursor=${cursor}`}`);
      seen.push(...body.data.map((key: { id: string }) => key.id));
      cursor = body.pagination.nextCursor;
    }
    expect(seen).toEqual(ids);
  });

  test.each(['?cursor=made-up', '?limit=0', '?limit=101'])('refuses %s', async (query) => {
    expect((await list(await gateway.bearer(), query)).body.code).toBe('VALIDATION_FAILED');
  });
});

describe('revoking', () => {
  test('takes effect immediately, is recorded, and cannot be repeated', async () => {
    const { owner, id, key } = await createKeyOfUser(gateway);
    expect((await models(bearing(key))).status).toBe(200);
    const answer = await revoke(owner, id);
    expect(answer.status).toBe(204);
    expect((await models(bearing(key))).status).toBe(401);
    expect((await list(owner)).body.data).toEqual([]);
    expect((await revoke(owner, id)).body.code).toBe('NOT_FOUND');
    const records = await gateway.database.query(
      `select * from vc_private.audit_log where subject = $1 and action = 'apiKeys.revoke'`,
      [id],
    );
    expect(records).toEqual([
      expect.objectContaining({ before: expect.objectContaining({ name: 'a program' }) }),
    ]);
  });

  test('answers NOT_FOUND for another user’s key and leaves it unchanged', async () => {
    const { id, key } = await createKeyOfUser(gateway);
    const other = await gateway.bearer();
    expect((await revoke(other, id)).body.code).toBe('NOT_FOUND');
    expect((await list(other)).body.data).toEqual([]);
    expect((await models(bearing(key))).status).toBe(200);
  });

  test('refuses a malformed id', async () => {
    expect((await revoke(await gateway.bearer(), 'x')).body.code).toBe('VALIDATION_FAILED');
  });
});

test('anonymous callers and API keys cannot manage keys', async () => {
  const { key, id } = await createKeyOfUser(gateway, { scopes: ['llm', 'flags:evaluate'] });
  const statusesFor = async (headers: Headers) =>
    (await Promise.all([list(headers), postKey(gateway, headers, wellFormed), revoke(headers, id)])).map(
      ({ status }) => status,
    );
  expect(await statusesFor({})).toEqual([401, 401, 401]);
  expect(await statusesFor(bearing(key))).toEqual([403, 403, 403]);
  expect(await statusesFor({ 'x-api-key': key })).toEqual([403, 403, 403]);
});

describe('an API key', () => {
  test('authenticates its user with its scopes, as a bearer token or x-api-key, and is not forwarded', async () => {
    const { key, userId, id } = await createKeyOfUser(gateway, { scopes: ['llm', 'flags:evaluate'] });
    await gateway.database.query(
      `update auth.users set raw_app_meta_data = '{"tier":"pro","role":"user"}' where id = $1`,
      [userId],
    );
    const shown = [
      bearing(key),
      { 'x-api-key': key },
      { ...bearing(key), 'x-api-key': key },
      { authorization: '', 'x-api-key': key },
      { ...bearing(key), 'x-api-key': '' },
    ];
    for (const headers of shown) {
      const { body } = await gateway.service.request('/ofrep/v1/evaluate/flags', {
        method: 'POST',
        headers,
        body: {},
      });
      expect(await principalIn(body.headers['x-vc-identity'], 'feature-flags')).toEqual({
        kind: 'user',
        userId,
        tier: 'pro',
        role: 'user',
        permissions: ['llm', 'flags:evaluate'],
        apiKeyId: id,
      });
      expect(JSON.stringify(body.headers)).not.toContain(key);
    }
  });

  test('may be sent as Azure’s clients do, below /v1 only, and is not forwarded', async () => {
    const { owner, key, userId } = await createKeyOfUser(gateway);
    for (const headers of [
      { 'api-key': key },
      { ...bearing(key), 'api-key': key },
      { ...owner, 'api-key': key },
      { authorization: '', 'x-api-key': '', 'api-key': key },
      { ...bearing(key), 'api-key': '' },
    ]) {
      const { body } = await models(headers);
      const identity = await principalIn(body.headers['x-vc-identity'], 'llm-router');
      expect(identity).toMatchObject({ userId, permissions: ['llm'] });
      expect(JSON.stringify(body.headers)).not.toContain(key);
    }
    const second = await postKey(gateway, owner, wellFormed);
    const other = second.body.data.key;
    expect((await models({ 'api-key': 'vc_rubbish' })).status).toBe(401);
    expect((await models({ 'x-api-key': other, 'api-key': key })).status).toBe(401);
    expect((await models({ ...bearing(other), 'api-key': key })).status).toBe(401);
    expect((await list({ 'api-key': key })).status).toBe(401);
    const elsewhere = await gateway.service.request('/api/llm/stats', { headers: { 'api-key': 'anything' } });
    expect(elsewhere.status).toBe(200);
    expect(elsewhere.body.headers).not.toHaveProperty('api-key');
  });

  test('must belong to the user of an accompanying access token, and its scopes then apply', async () => {
    const { owner, key, userId } = await createKeyOfUser(gateway);
    const { body } = await models({ ...owner, 'x-api-key': key });
    const identity = await principalIn(body.headers['x-vc-identity'], 'llm-router');
    expect(identity).toMatchObject({ userId, permissions: ['llm'] });
    const stranger = await gateway.bearer();
    expect((await models({ ...stranger, 'x-api-key': key })).status).toBe(401);
    expect((await models({ ...owner, 'x-api-key': 'vc_rubbish' })).status).toBe(401);
    expect((await models({ authorization: 'Bearer bad', 'x-api-key': key })).status).toBe(401);
    const second = await postKey(gateway, owner, wellFormed);
    expect((await models({ ...bearing(second.body.data.key), 'x-api-key': key })).status).toBe(401);
  });

  test.each([
    ['that does not exist', () => generateApiKey().key],
    ['that is malformed', () => 'vc_rubbish'],
    ['that is empty', () => 'vc_'],
  ])('%s is refused in the dialect of the path', async (_, make) => {
    const { status, body, headers } = await models(bearing(make()));
    expect(status).toBe(401);
    expect(body.error).toMatchObject({ type: 'authentication_error', code: 'UNAUTHENTICATED' });
    expect(headers.get('www-authenticate')).toBe('Bearer');
    expect((await models({ 'x-api-key': make() })).status).toBe(401);
  });

  test('that has expired, or whose user is banned or deleted, is refused', async () => {
    const [expired, banned, gone] = await Promise.all([1, 2, 3].map(() => createKeyOfUser(gateway)));
    const change = (sql: string, id: string | undefined) => gateway.database.query(sql, [id]);
    await change(`update vc_private.api_keys set expires_at = now() where id = $1`, expired?.id);
    await change(
      `update auth.users set banned_until = now() + interval '1 hour' where id = $1`,
      banned?.userId,
    );
    await change(`update auth.users set deleted_at = now() where id = $1`, gone?.userId);
    for (const made of [expired, banned, gone]) {
      expect((await models(bearing(made?.key ?? ''))).status).toBe(401);
    }
  });

  test('counts against the rate limit of its user', async () => {
    const { owner, key } = await createKeyOfUser(gateway);
    const left = async (headers: Headers) =>
      Number((await models(headers)).headers.get('ratelimit-remaining'));
    const before = await left(owner);
    expect(await left(bearing(key))).toBe(before - 1);
  });

  test('shows its owner the time of its last use', async () => {
    const { owner, key } = await createKeyOfUser(gateway);
    await models(bearing(key));
    await eventually(async () => {
      const { body } = await list(owner);
      expect(body.data[0].lastUsedAt).toEqual(expect.any(String));
    });
  });
});
