import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { serviceNames } from '@valuecanvas/contracts-core';
import { createTestDatabase, createTestIdentities, createTestRedis } from '@valuecanvas/testing';
import { afterAll, expect, onTestFinished, test, vi } from 'vitest';
import { passes, report } from '../src/report.ts';
import { verifyEnvironment } from '../src/verify-environment.ts';

const database = await createTestDatabase();
const redis = createTestRedis();
const identities = await createTestIdentities();
afterAll(() => Promise.all([database.drop(), redis.stop()]));

const base = {
  INTERNAL_PUBLIC_KEYS: identities.publicKeys,
  INTERNAL_SIGNING_KEY: identities.signingKey('llm-router'),
  DATABASE_URL: database.urlFor('llm-router'),
  REDIS_URL: redis.url,
  TOGETHER_API_KEY: 'sesame',
  TOGETHER_BASE_URL: 'http://127.0.0.1:1/v1',
};

/** Verifies the environment of the router, with these changes. Returns the rows by what they are about. */
async function verify(changes: Readonly<Record<string, string | undefined>> = {}, timeoutMs = 5_000) {
  const results = await verifyEnvironment({ ...base, ...changes }, { services: ['llm-router'], timeoutMs });
  return { results, row: (what: string) => results.find((result) => result.what === what) };
}

/** Starts a server that records requests and answers each with the status. */
async function serve(answer: (request: IncomingMessage, body: string) => { status: number; body?: string }) {
  const server = createServer(async (request, response) => {
    const { status, body = '{}' } = answer(request, await text(request));
    response.writeHead(status, { 'content-type': 'application/json' }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test('a variable that does not match its schema fails once, with the services that read it', async () => {
  const results = await verifyEnvironment({ LOG_LEVEL: 'loud' });
  const faults = results.filter(({ detail }) => detail.startsWith('LOG_LEVEL'));
  expect(faults).toHaveLength(1);
  expect(faults[0]).toMatchObject({ state: 'failed', todo: `Needed by ${serviceNames.join(', ')}.` });
  expect(passes(results)).toBe(false);
});

test('an unknown variable is a warning with its new or its nearest name', async () => {
  const { row } = await verify({
    TOGETER_API_KEY: 'x',
    OTLP_ENDPOINT: 'x',
    QQQQQ: 'x',
    TOGETHER_API_KEY_FILE: '',
  });
  expect(row('TOGETER_API_KEY')).toMatchObject({ state: 'warning', todo: 'Did you mean TOGETHER_API_KEY?' });
  expect(row('OTLP_ENDPOINT')?.todo).toMatch(/^Set OTEL_EXPORTER_OTLP_ENDPOINT instead\./);
  expect(row('QQQQQ')?.todo).toMatch(/\.env\.example/);
  expect(row('TOGETHER_API_KEY_FILE')).toBeUndefined();
});

test('a value comes from its file, and a missing file fails', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'verify-env-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, 'url'), redis.url);
  const found = await verify({ REDIS_URL: '', REDIS_URL_FILE: join(folder, 'url') });
  expect(found.row('variables of llm-router')).toMatchObject({ state: 'ok' });
  expect(found.row('Redis')?.detail).toMatch(/Redis|appendonly/);
  const missing = await verify({ REDIS_URL: '', REDIS_URL_FILE: '/nowhere' });
  expect(missing.results.map(({ detail }) => detail)).toContain(
    'REDIS_URL_FILE: /nowhere cannot be read (ENOENT).',
  );
});

test("PostgreSQL passes with the service's role and a current schema, and fails with the owner's role", async () => {
  const { row } = await verify({ MIGRATION_DATABASE_URL: database.ownerUrl });
  expect(row('PostgreSQL as owner')).toMatchObject({
    state: 'ok',
    detail: expect.stringMatching(/^PostgreSQL \d+/),
  });
  expect(row('PostgreSQL as vc_llm_router')).toMatchObject({ state: 'ok' });
  const asOwner = await verify({ DATABASE_URL: database.ownerUrl });
  expect(asOwner.row('PostgreSQL as vc_llm_router')).toMatchObject({
    state: 'failed',
    todo: 'Connect as vc_llm_router, which db:migrate creates.',
  });
  const asCanvas = await verify({ DATABASE_URL: database.urlFor('canvas') });
  expect(asCanvas.row('PostgreSQL as vc_llm_router')).toMatchObject({
    state: 'failed',
    detail: 'Connected as vc_canvas.',
  });
});

test('with passwords of the roles, each service connects as its own role', async () => {
  const results = await verifyEnvironment({
    MIGRATION_DATABASE_URL: 'postgresql://owner:geheim@127.0.0.1:1/valuecanvas',
    CANVAS_DB_PASSWORD: 'sesame',
    INTERNAL_PUBLIC_KEYS: identities.publicKeys,
    CANVAS_SIGNING_KEY: identities.signingKey('canvas'),
    REDIS_URL: redis.url,
  });
  expect(results.find(({ what }) => what === 'PostgreSQL as vc_canvas')?.detail).toContain('as vc_canvas');
  expect(report(results)).not.toMatch(/sesame|geheim/);
});

test('Redis fails while it may evict or keeps no append-only file, and passes with both', async () => {
  const [, policy = ''] = (await redis.client.config('GET', 'maxmemory-policy')) as string[];
  const [, aof = ''] = (await redis.client.config('GET', 'appendonly')) as string[];
  onTestFinished(async () => {
    await redis.client.config('SET', 'maxmemory-policy', policy);
    await redis.client.config('SET', 'appendonly', aof);
  });
  await redis.client.config('SET', 'maxmemory-policy', 'allkeys-lru');
  expect((await verify()).row('Redis')).toMatchObject({
    state: 'failed',
    detail: expect.stringContaining('maxmemory-policy is allkeys-lru'),
  });
  await redis.client.config('SET', 'maxmemory-policy', 'noeviction');
  await redis.client.config('SET', 'appendonly', 'no');
  expect((await verify()).row('Redis')).toMatchObject({
    state: 'failed',
    detail: expect.stringContaining('appendonly is off'),
  });
  await redis.client.config('SET', 'appendonly', 'yes');
  expect((await verify()).row('Redis')).toMatchObject({ state: 'ok' });
});

test('a server that is not there fails with its address, and one that is silent fails in time', async () => {
  const { row } = await verify({
    REDIS_URL: 'redis://:geheim@127.0.0.1:1',
    DATABASE_URL: 'postgresql://vc_llm_router:geheim@127.0.0.1:1/valuecanvas',
  });
  expect(row('Redis')).toMatchObject({ state: 'failed', detail: expect.stringContaining('127.0.0.1:1') });
  expect(row('PostgreSQL as vc_llm_router')).toMatchObject({ state: 'failed' });
  expect(row('provider together_ai')).toMatchObject({ state: 'failed' });
  const { promise, resolve } = Promise.withResolvers<void>();
  const silent = createServer(() => resolve());
  await new Promise<void>((listening) => silent.listen(0, '127.0.0.1', listening));
  onTestFinished(() => void silent.close().closeAllConnections());
  const { port } = silent.address() as AddressInfo;
  const slow = await verify({ TOGETHER_BASE_URL: `http://127.0.0.1:${port}/v1` }, 300);
  await promise;
  expect(slow.row('provider together_ai')).toMatchObject({ state: 'failed' });
});

test("each provider's key is tried by listing models", async () => {
  const seen: (string | undefined)[] = [];
  const host = await serve(({ headers, url }) => {
    seen.push(`${url} ${headers.authorization ?? headers['x-key']}`);
    if (headers.authorization === 'Bearer wrong') return { status: 401 };
    return { status: 200, body: url?.startsWith('/openai') ? '{"data":[{}]}' : '[{},{}]' };
  });
  const { row } = await verify({
    TOGETHER_BASE_URL: `http://${host}/together`,
    OPENAI_API_KEY: 'wrong',
    OPENAI_BASE_URL: `http://${host}/openai/`,
    LLM_PROVIDERS: JSON.stringify([
      { id: 'mine', baseUrl: `http://${host}/mine`, apiKey: 'open', keyHeader: 'x-key', models: ['m'] },
    ]),
  });
  expect(seen.sort()).toEqual([
    '/mine/models open',
    '/openai/models Bearer wrong',
    '/together/models Bearer sesame',
  ]);
  expect(row('provider together_ai')).toMatchObject({ state: 'ok', detail: 'key accepted, 2 models' });
  expect(row('provider openai')).toMatchObject({
    state: 'failed',
    todo: 'The key is not accepted. Check OPENAI_API_KEY.',
  });
  expect(row('provider mine')).toMatchObject({ state: 'ok' });
});

test('without a provider nothing can be answered, and simulated answers are a warning', async () => {
  const none = await verify({ TOGETHER_API_KEY: '' });
  expect(none.row('providers of models')).toMatchObject({ state: 'failed' });
  const simulated = await verify({ LLM_SIMULATOR_URL: 'http://127.0.0.1:1/v1' });
  expect(simulated.row('providers of models')).toMatchObject({ state: 'warning' });
});

test('keys of internal tokens must belong together', async () => {
  expect((await verify()).row('keys of internal tokens')).toMatchObject({ state: 'ok' });
  const swapped = await verify({ INTERNAL_SIGNING_KEY: identities.signingKey('canvas') });
  expect(swapped.row('keys of internal tokens')).toMatchObject({
    state: 'failed',
    detail: 'INTERNAL_PUBLIC_KEYS does not have the public key of llm-router.',
  });
});

test('the collector and Sentry get requests that record nothing', async () => {
  const bodies: string[] = [];
  const host = await serve(({ url, headers }, body) => {
    bodies.push(`${url} ${body.split('\n')[1] ?? ''}`);
    return { status: String(headers['x-sentry-auth']).includes('bad') ? 403 : 200 };
  });
  const { row } = await verify({
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://${host}`,
    SENTRY_DSN: `http://good@${host}/sub/7`,
  });
  expect(bodies.sort()).toEqual(['/sub/api/7/envelope/ {"type":"client_report"}', '/v1/traces ']);
  expect(row('collector of traces')).toMatchObject({ state: 'ok' });
  expect(row('Sentry')).toMatchObject({ state: 'ok' });
  const refused = await verify({ SENTRY_DSN: `http://bad@${host}/7` });
  expect(refused.row('Sentry')).toMatchObject({ state: 'failed', detail: `${host} answered 403.` });
});

test('AWS: the identity is shown, a missing bucket fails, and a region is required', async () => {
  const host = await serve(({ url }, body) => {
    if (body.includes('GetCallerIdentity'))
      return {
        status: 200,
        body: '<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::1:role/x</Arn></GetCallerIdentityResult></GetCallerIdentityResponse>',
      };
    if (url?.startsWith('/there'))
      return { status: 200, body: '<ListBucketResult><KeyCount>1</KeyCount></ListBucketResult>' };
    return {
      status: 404,
      body: '<Error><Code>NoSuchBucket</Code><Message>No such bucket.</Message></Error>',
    };
  });
  vi.stubEnv('AWS_ENDPOINT_URL_STS', `http://${host}`);
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'id');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
  onTestFinished(() => void vi.unstubAllEnvs());
  const none = await verify({ S3_BUCKET_NAME: 'there' });
  expect(none.row('AWS')).toMatchObject({ state: 'failed', detail: 'AWS_REGION is not set.' });
  vi.stubEnv('AWS_ENDPOINT_URL_S3', `http://${host}`);
  const own = { AWS_REGION: 'us-east-1', S3_ENDPOINT: `http://${host}` };
  expect((await verify({ ...own, S3_BUCKET_NAME: 'there' })).row('bucket there')).toMatchObject({
    state: 'ok',
    detail: 'reachable, has backups',
  });
  expect((await verify({ ...own, S3_BUCKET_NAME: 'gone' })).row('bucket gone')).toMatchObject({
    state: 'failed',
    detail: 'No such bucket.',
  });
  const managed = await verify({ AWS_REGION: 'us-east-1', S3_BUCKET_NAME: 'there' });
  expect(managed.row('AWS identity')).toMatchObject({ state: 'ok', detail: 'arn:aws:iam::1:role/x' });
});

test('servers of the Compose file are skipped', async () => {
  const results = await verifyEnvironment({
    POSTGRES_PASSWORD: 'geheim',
    REDIS_PASSWORD: 'geheim',
    LLM_ROUTER_DB_PASSWORD: 'geheim',
    LLM_ROUTER_SIGNING_KEY: identities.signingKey('llm-router'),
    INTERNAL_PUBLIC_KEYS: identities.publicKeys,
  });
  const states = Object.fromEntries(results.map(({ what, state }) => [what, state]));
  expect(states).toMatchObject({
    'variables of llm-router': 'ok',
    'PostgreSQL as owner': 'skipped',
    'PostgreSQL as vc_llm_router': 'skipped',
    Redis: 'skipped',
  });
});
