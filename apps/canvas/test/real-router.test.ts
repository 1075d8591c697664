import { sections } from '@valuecanvas/contracts-canvas';
import { startSimulator } from '@valuecanvas/llm-simulator';
import { eventually, startServiceProcess } from '@valuecanvas/testing';
import { expect, onTestFinished, test } from 'vitest';
import { aBakery, usePlatform } from './support/platform.ts';

const platform = usePlatform();

interface LedgerRow {
  readonly cost_nanos: string;
  readonly status: string;
}

const ledger = () =>
  platform.database.query<LedgerRow>(
    'select cost_nanos, status from llm_usage where user_id = $1 order by id',
    [platform.user.userId],
  );

test.each([
  ['schemas', ['json_schema'], 1],
  ['JSON formats', ['json_schema', 'json_object'], 2],
] as const)(
  'a provider without %s generates canvases, the router learns it, and refusals cost nothing',
  async (_, lacks, refusals) => {
    const provider = await startSimulator();
    onTestFinished(provider.stop);
    provider.behave({ lacks });
    const router = await startServiceProcess('llm-router', platform.routerEnvironment(provider.url));
    const canvas = await platform.start({ LLM_ROUTER_URL: router.url });
    const generate = async (body: object) => {
      const answer = await canvas.request('/api/canvas/generate', {
        method: 'POST',
        as: platform.user,
        body: { ...body, model: 'meta-llama/Llama-3-70b-chat-hf' },
      });
      expect(answer.status).toBe(200);
      return answer.body.data;
    };

    const first = await generate(aBakery);
    expect(first).toMatchObject({ provider: 'together_ai', cached: false });
    for (const section of sections) expect(first.canvas[section].length).toBeGreaterThan(0);
    expect(provider.calls()).toMatchObject({ calls: 1, rejected: refusals });

    const second = await generate({ ...aBakery, industry: 'Baking' });
    expect(provider.calls()).toMatchObject({ calls: 2, rejected: refusals });

    const rows = await eventually(async () => {
      const worked = (await ledger()).filter(({ status }) => status === 'succeeded');
      expect(worked).toHaveLength(2);
      return worked;
    });
    expect(rows.map(({ cost_nanos }) => Number(cost_nanos))).toEqual([first.costNanos, second.costNanos]);
    // $0.90 per million tokens in and out.
    for (const { usage, costNanos } of [first, second]) expect(costNanos).toBe(usage.totalTokens * 900);
    const others = (await ledger()).filter(({ status }) => status !== 'succeeded');
    expect(others.map(({ cost_nanos }) => Number(cost_nanos))).toEqual(others.map(() => 0));
  },
);
