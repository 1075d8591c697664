import type { UserPrincipal } from '@valuecanvas/contracts-core';
import { type TestAnswer, type TestService, userPrincipal } from '@valuecanvas/testing';
import { beforeAll, describe, expect, test } from 'vitest';
import { admin, usePlatform } from './platform.ts';

const platform = usePlatform();
let service: TestService;

beforeAll(async () => {
  service = await platform.startReplica();
});

const evaluate = (as: UserPrincipal): Promise<TestAnswer> => service.request('/api/flags/evaluate', { as });

describe('evaluating', () => {
  test('evaluates every flag for the caller', async () => {
    const { status, body } = await evaluate(userPrincipal({ tier: 'pro' }));
    expect(status).toBe(200);
    expect(body.data.flags).toMatchObject({
      llm_caching: { enabled: true, variant: null, value: true, reason: 'STATIC' },
      new_canvas_ui: { enabled: false, variant: null, value: false, reason: 'DISABLED' },
      advanced_analytics: { enabled: true, variant: null, value: true, reason: 'TARGETING_MATCH' },
      ai_model_selection: { enabled: true, reason: 'SPLIT' },
    });
    const { variant, value } = body.data.flags.ai_model_selection;
    expect([
      ['llama-3-70b', { model: 'meta-llama/Llama-3-70b-chat-hf' }],
      ['mixtral-8x7b', { model: 'mistralai/Mixtral-8x7B-Instruct-v0.1' }],
    ]).toContainEqual([variant, value]);
  });

  test("depends on the caller's id, tier and role", async () => {
    const listed = userPrincipal();
    const forAdmins = [{ attribute: 'role', operator: 'equals', values: ['admin'] }];
    const create = (body: object) => service.request('/api/flags', { method: 'POST', as: admin, body });
    await create({ key: 'by_role', enabled: true, targeting: { rules: forAdmins } });
    await create({
      key: 'by_id',
      enabled: true,
      rolloutPercentage: 0,
      targeting: { userIds: [listed.userId] },
    });

    const forListed = (await evaluate(listed)).body.data.flags;
    expect(forListed.by_id).toMatchObject({ enabled: true, reason: 'TARGETING_MATCH' });
    expect(forListed.by_role).toMatchObject({ enabled: false, reason: 'DEFAULT' });
    expect(forListed.advanced_analytics).toMatchObject({ enabled: false, reason: 'DEFAULT' });
    const forAdmin = (await evaluate(admin)).body.data.flags;
    expect(forAdmin.by_id.enabled).toBe(false);
    expect(forAdmin.by_role).toMatchObject({ enabled: true, reason: 'TARGETING_MATCH' });
  });

  test('returns the same result for a user each time', async () => {
    const user = userPrincipal();
    const answers = await Promise.all([evaluate(user), evaluate(user), evaluate(user)]);
    const variants = answers.map(({ body }) => body.data.flags.ai_model_selection.variant);
    expect(new Set(variants).size).toBe(1);
  });

  test('needs a signed-in user', async () => {
    const answers = await Promise.all([
      service.request('/api/flags/evaluate'),
      service.request('/api/flags/evaluate', { as: { kind: 'anonymous' } }),
      service.request('/api/flags/evaluate', { as: { kind: 'service', service: 'canvas' }, from: 'canvas' }),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 403]);
  });
});
