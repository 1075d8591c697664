import { FlagSnapshot, featureFlagsContract } from '@valuecanvas/contracts-feature-flags';
import { callAs, type TestAnswer, type TestService, userPrincipal } from '@valuecanvas/testing';
import Value from 'typebox/value';
import { beforeAll, describe, expect, test } from 'vitest';
import { admin, usePlatform } from './platform.ts';

const path = '/internal/flags/snapshot';
const canvas = { kind: 'service', service: 'canvas' } as const;

const platform = usePlatform();
let service: TestService;

beforeAll(async () => {
  service = await platform.startReplica();
});

const read = (ifNoneMatch?: string): Promise<TestAnswer> =>
  service.request(path, {
    as: canvas,
    from: 'canvas',
    headers: ifNoneMatch === undefined ? {} : { 'if-none-match': ifNoneMatch },
  });

describe('the snapshot', () => {
  test('contains everything that an evaluation needs', async () => {
    const { status, body } = await read();
    expect(status).toBe(200);
    expect(Value.Check(FlagSnapshot, body)).toBe(true);
    const models = body.flags.find(({ key }: { key: string }) => key === 'ai_model_selection');
    expect(models).toMatchObject({
      enabled: true,
      rolloutPercentage: 100,
      targeting: {},
      salt: 'ai_model_selection.2024-11-23',
      version: 1,
      variants: [
        { name: 'llama-3-70b', weight: 50, config: { model: 'meta-llama/Llama-3-70b-chat-hf' } },
        { name: 'mixtral-8x7b', weight: 50, config: { model: 'mistralai/Mixtral-8x7B-Instruct-v0.1' } },
      ],
    });
  });

  test('returns 304 to a client that has it, and the new snapshot after a change', async () => {
    const first = await read();
    const tag = first.headers.get('etag') ?? '';
    expect(tag).toBe(`"${first.body.version}"`);
    const second = await read(tag);
    expect([second.status, second.body, second.headers.get('etag')]).toEqual([304, '', tag]);

    await service.request('/api/flags/llm_caching', {
      method: 'PUT',
      as: admin,
      body: { rolloutPercentage: 42 },
    });
    const third = await read(tag);
    expect(third.status).toBe(200);
    expect(third.body.version).not.toBe(first.body.version);
  });

  test('has the same version on every replica', async () => {
    const replica = await platform.startReplica();
    const { body } = await replica.request(path, { as: canvas, from: 'canvas' });
    expect(body.version).toBe((await read()).body.version);
  });

  test('is never behind a change that another replica has committed', async () => {
    const replica = await platform.startReplica();
    await service.request('/api/flags', { method: 'POST', as: admin, body: { key: 'just_made' } });
    const { body } = await replica.request(path, { as: canvas, from: 'canvas' });
    expect(body.flags.map(({ key }: { key: string }) => key)).toContain('just_made');
  });

  test('is available through a typed client, which gets undefined if it has the version', async () => {
    const client = service.client(featureFlagsContract, 'llm-router');
    const call = callAs({ kind: 'service', service: 'llm-router' });
    const snapshot = await client.getFlagSnapshot({}, call);
    const headers = { 'if-none-match': `"${snapshot?.version}"` };
    expect(snapshot?.flags.length).toBeGreaterThan(0);
    expect(await client.getFlagSnapshot({ headers }, call)).toBeUndefined();
  });

  test('is for services only and not available through the gateway', async () => {
    const refused = await Promise.all([
      service.request(path),
      service.request(path, { as: { kind: 'anonymous' } }),
      service.request(path, { as: admin }),
      service.request(path, { as: userPrincipal() }),
      service.request(path, { as: { kind: 'service', service: 'gateway' } }),
      service.request(path, { as: canvas, from: 'gateway' }),
      service.request(path, { as: { kind: 'service', service: 'job-worker' }, from: 'job-worker' }),
    ]);
    expect(refused.map(({ status }) => status)).toEqual([401, 403, 403, 403, 403, 401, 401]);
  });

  test.each(['canvas', 'llm-router'] as const)(
    'is the only route open to %s, which may not act for users',
    async (from) => {
      const refused = await Promise.all([
        service.request('/api/flags', { as: admin, from }),
        service.request('/api/flags', { method: 'POST', as: admin, from, body: { key: 'smuggled' } }),
        service.request('/api/flags/llm_caching', { method: 'DELETE', as: admin, from }),
        service.request('/api/flags/evaluate', { as: userPrincipal(), from }),
        service.request(path, { as: admin, from }),
        service.request(path, { as: { kind: 'anonymous' }, from }),
      ]);
      expect(refused.map(({ status, body }) => [status, body.code])).toEqual(
        Array(6).fill([401, 'UNAUTHENTICATED']),
      );
      expect((await service.request('/api/flags/llm_caching', { as: admin })).status).toBe(200);
      expect((await service.request('/api/flags/smuggled', { as: admin })).status).toBe(404);
    },
  );
});
