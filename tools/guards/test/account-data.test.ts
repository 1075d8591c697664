import { type Simulator, startSimulator } from '@valuecanvas/llm-simulator';
import { eventually } from '@valuecanvas/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startPlatform } from './platform.ts';

let simulator: Simulator;
let platform: Awaited<ReturnType<typeof startPlatform>>;

beforeAll(async () => {
  simulator = await startSimulator();
  platform = await startPlatform({ TOGETHER_BASE_URL: simulator.url, TOGETHER_API_KEY: 'sk-test' });
}, 300_000);

afterAll(async () => {
  await platform?.[Symbol.asyncDispose]();
  await simulator?.stop();
});

/** A word in everything that the user writes, by which no table may still know the user. */
const marker = 'zanzibarine';
const leaving = { email: `${marker}@example.com`, password: `${marker} password` };
const exporting = { email: 'exporting@example.com', password: 'a-long-password' };
type Account = typeof leaving;

/** The parts of answers that the tests read. */
interface Answer {
  readonly access_token: string;
  readonly user: { readonly id: string };
  readonly data: Readonly<Record<string, string>>;
}

async function send(
  method: string,
  path: string,
  { token, body }: { readonly token?: string; readonly body?: unknown } = {},
) {
  const response = await fetch(`${platform.urlOf('gateway')}${path}`, {
    method,
    headers: {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(60_000),
  });
  const text = await response.text();
  return {
    status: response.status,
    body: JSON.parse(text || '{}') as Answer,
  };
}

/** All tables of the platform, without partitions. */
async function tables(): Promise<readonly string[]> {
  const rows = await platform.database.query<{ name: string }>(
    `select oid::regclass::text as name from pg_class
     where relkind in ('r', 'p') and not relispartition
       and relnamespace in ('public'::regnamespace, 'vc_private'::regnamespace, 'auth'::regnamespace)`,
  );
  return rows.map(({ name }) => name);
}

/** The tables with rows whose text contains `part`, in any column. */
async function tablesWith(part: string): Promise<readonly string[]> {
  const found: string[] = [];
  for (const table of await tables()) {
    const rows = await platform.database.query(
      `select 1 from ${table} as row where row::text ilike $1 limit 1`,
      [`%${part}%`],
    );
    if (rows.length > 0) found.push(table);
  }
  return found.sort();
}

/** Signs up and leaves something in every service: canvases, links, findings, keys, jobs, results, ratings, answers. */
async function useEverything(account: Account): Promise<{
  readonly userId: string;
  readonly token: string;
  readonly key: string;
}> {
  const signedUp = await send('POST', '/auth/v1/signup', { body: account });
  const token = signedUp.body.access_token;
  const own = { token };
  const generated = await send('POST', '/api/canvas/generate', {
    ...own,
    body: { businessDescription: `A bakery named ${marker} that delivers bread by bicycle` },
  });
  expect(generated.status).toBe(200);
  const { canvasId, executionId } = generated.body.data;
  const shared = await send('POST', `/api/canvas/${canvasId}/shares`, { ...own, body: {} });
  expect(shared.status).toBe(201);
  expect((await send('POST', `/api/canvas/${canvasId}/check`, { ...own, body: {} })).status).toBe(200);
  const key = await send('POST', '/api/keys', { ...own, body: { name: marker, scopes: ['llm'] } });
  expect(key.status).toBe(201);
  const job = await send('POST', '/api/queue/llm', {
    ...own,
    body: { type: 'custom_prompt', prompt: `Say ${marker}.` },
  });
  expect(job.status).toBe(202);
  await eventually(
    async () => {
      const { body } = await send('GET', `/api/queue/llm/${job.body.data.jobId}/result`, own);
      expect(body.data.jobId).toBe(job.body.data.jobId);
    },
    { timeoutMs: 30_000 },
  );
  await eventually(
    async () => {
      const rated = await send('POST', `/api/prompts/executions/${executionId}/feedback`, {
        ...own,
        body: { rating: 5, comment: `I like ${marker}.` },
      });
      expect(rated.status).toBe(204);
    },
    { timeoutMs: 30_000 },
  );
  await eventually(async () => expect(await tablesWith(signedUp.body.user.id)).toContain('llm_usage'), {
    timeoutMs: 30_000,
  });
  return { userId: signedUp.body.user.id, token, key: String(key.body.data.key) };
}

test('an export has what the user wrote in every service, nothing of another user, and no secret', async () => {
  const other = await send('POST', '/auth/v1/signup', {
    body: { email: 'other-user@example.com', password: 'another password' },
  });
  await send('POST', '/api/canvas', {
    token: other.body.access_token,
    body: { businessDescription: 'A foreign business' },
  });
  const { token, userId } = await useEverything(exporting);
  const createdAt = new Date(Date.now() - 800 * 86_400_000);
  await platform.database.query('update auth.users set created_at = $1 where id = $2', [createdAt, userId]);
  const dayBefore = (days: number) =>
    new Date(createdAt.getTime() + (800 - days) * 86_400_000).toISOString().slice(0, 10);
  const { data: deleted } = (
    await send('POST', '/api/canvas', { token, body: { businessDescription: 'A deleted business' } })
  ).body;
  await send('DELETE', `/api/canvas/${deleted.id}`, { token });

  const response = await fetch(`${platform.urlOf('gateway')}/api/user/export`, {
    headers: { authorization: `Bearer ${token}` },
  });
  expect(response.status).toBe(200);
  expect(response.headers.get('content-disposition')).toMatch(/^attachment; filename="?valuecanvas-/);
  expect(response.headers.get('cache-control')).toBe('no-store');
  const text = await response.text();
  expect(JSON.parse(text)).toMatchObject({
    profile: { email: exporting.email },
    apiKeys: [{ name: marker, scopes: ['llm'] }],
    canvases: [
      {
        canvas: { businessDescription: expect.stringContaining(marker) },
        revisions: [{ revision: 1, businessDescription: expect.stringContaining(marker) }],
        shares: [{ id: expect.any(String) }],
        findings: expect.any(Array),
        dismissedFindings: [],
      },
    ],
    deletedCanvases: [{ businessDescription: 'A deleted business' }],
    jobs: [{ request: { prompt: `Say ${marker}.` }, result: { content: expect.any(String) } }],
    executions: expect.arrayContaining([
      expect.objectContaining({ rating: 5, comment: `I like ${marker}.` }),
    ]),
    usage: [
      { startDate: dayBefore(800), endDate: dayBefore(435), requestCount: 0 },
      { startDate: dayBefore(434), endDate: dayBefore(69), requestCount: 0 },
      { startDate: dayBefore(68), endDate: dayBefore(0), requestCount: expect.any(Number) },
    ],
    alerts: [],
  });
  expect(JSON.parse(text).usage[2].requestCount).toBeGreaterThan(0);
  expect(text).not.toContain('A foreign business');
  expect(text).not.toMatch(/vc_[\w-]{20,}|argon2|token_hash|key_hash|encrypted_password/);
  expect((await send('GET', '/api/user/export')).status).toBe(401);
  // The other test searches all tables for the marker.
  expect((await send('DELETE', '/api/user', { token, body: exporting })).status).toBe(204);
}, 120_000);

test('nothing that a deleted user wrote remains in any table of any service, and the ledger keeps its costs', async () => {
  const { userId, token, key } = await useEverything(leaving);
  const before = await tablesWith(userId);
  expect(before).toEqual(
    expect.arrayContaining([
      'auth.users',
      'canvas_revisions',
      'canvases',
      'llm_job_results',
      'llm_usage',
      'prompt_executions',
      'vc_private.api_keys',
      'vc_private.canvas_checks',
      'vc_private.canvas_shares',
      'vc_private.llm_jobs',
    ]),
  );
  expect(await tablesWith(marker)).toEqual(
    expect.arrayContaining(['auth.users', 'canvases', 'prompt_executions', 'vc_private.llm_jobs']),
  );
  const sums = `select count(*)::int as calls, sum(cost_nanos)::text as cost from llm_usage where user_id = $1`;
  const spent = await eventually(
    async () => {
      const rows = await platform.database.query<{ calls: number; cost: string }>(sums, [userId]);
      // The canvas, its findings and the job.
      expect(rows[0]?.calls).toBe(3);
      return rows;
    },
    { timeoutMs: 30_000 },
  );

  expect((await send('DELETE', '/api/user', { token, body: leaving })).status).toBe(204);

  expect(await tablesWith(marker)).toEqual([]);
  const kept = await tablesWith(userId);
  const allowed = ['llm_usage', 'prompt_executions', 'vc_private.account_deletions', 'vc_private.audit_log'];
  expect(kept.filter((table) => !allowed.includes(table))).toEqual([]);
  expect(await platform.database.query(sums, [userId])).toEqual(spent);

  const refused = await Promise.all([
    send('GET', '/api/canvas', { token }),
    send('POST', '/api/canvas', { token, body: { businessDescription: 'A new bakery' } }),
    send('GET', '/api/queue/llm/019359c0-6000-7000-8000-000000000001', { token }),
    send('GET', '/v1/models', { token: key }),
    send('POST', '/api/llm/chat', { token: key, body: { prompt: 'Hello', model: 'gpt-4o-mini' } }),
  ]);
  expect(refused.map(({ status }) => status)).toEqual([401, 401, 401, 401, 401]);
}, 120_000);
