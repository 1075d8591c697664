import type { Client } from 'pg';
import { beforeAll, expect, it } from 'vitest';
import { withClient } from '../src/connection.ts';
import { migrate } from '../src/migrate.ts';
import { seed } from '../src/seed.ts';
import { useServer } from './server.ts';

const server = useServer();
let url: string;
const query = (statement: string) => withClient(url, (client: Client) => client.query(statement));

beforeAll(async () => {
  url = await server.database();
  await migrate({ url });
});

const blocks = [
  ...['keyPartners', 'keyActivities', 'valuePropositions', 'customerRelationships', 'customerSegments'],
  ...['keyResources', 'channels', 'costStructure', 'revenueStreams'],
];

it('the first prompts are active, and declare just the variables that they use', async () => {
  const { rows } = await query(
    `select prompt_key, version, status, template, variables from prompt_versions order by prompt_key`,
  );
  expect(rows.map(({ prompt_key, version, status }) => [prompt_key, version, status])).toEqual([
    ['canvas.check', 1, 'active'],
    ['canvas.generate', 1, 'active'],
    ['canvas.refine', 1, 'active'],
    ['canvas.variant', 1, 'active'],
  ]);
  for (const { template, variables } of rows) {
    const used = new Set([...template.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name));
    const optional = [...template.matchAll(/\{\{#(\w+)\}\}[\s\S]*?\{\{\/\1\}\}/g)].map(([, name]) => name);
    expect([...used].sort()).toEqual(variables.map(({ name }: { name: string }) => name).sort());
    const notRequired = variables.filter(({ required }: { required: boolean }) => !required);
    expect(notRequired.map(({ name }: { name: string }) => name)).toEqual(optional);
  }
});

it('the prompt for a canvas names all nine blocks', async () => {
  const { rows } = await query(`select template from prompt_versions where prompt_key = 'canvas.generate'`);
  for (const block of blocks) expect(rows[0].template).toContain(`"${block}"`);
});

it('the first flags are those that the interface promises', async () => {
  const { rows } = await query(
    'select key, enabled, rollout_percentage::float as rollout, targeting, variants from feature_flags order by key',
  );
  expect(rows).toEqual([
    {
      key: 'advanced_analytics',
      enabled: true,
      rollout: 100,
      targeting: { tiers: ['pro', 'enterprise'] },
      variants: null,
    },
    {
      key: 'ai_model_selection',
      enabled: true,
      rollout: 100,
      targeting: {},
      variants: [
        { name: 'llama-3-70b', weight: 50, config: { model: 'meta-llama/Llama-3-70b-chat-hf' } },
        { name: 'mixtral-8x7b', weight: 50, config: { model: 'mistralai/Mixtral-8x7B-Instruct-v0.1' } },
      ],
    },
    { key: 'llm_caching', enabled: true, rollout: 100, targeting: {}, variants: null },
    { key: 'new_canvas_ui', enabled: false, rollout: 100, targeting: {}, variants: null },
  ]);
});

it('seeding gives the demo user one canvas with its revision, however often it runs, and changes no other user', async () => {
  const count = async () => (await query('select from canvases natural left join canvas_revisions')).rowCount;
  await query(`insert into auth.users (id, email) values (gen_random_uuid(), 'other@valuecanvas.local')`);
  await seed({ url });
  expect(await count()).toBe(0);
  await query(`insert into auth.users (id, email) values (gen_random_uuid(), 'Demo@valuecanvas.local')`);
  await seed({ url });
  await seed({ url });
  const { rows } = await query(`
    select email, canvases.blocks, changed from canvases
    join canvas_revisions on canvas_id = canvases.id
    join auth.users on users.id = canvases.user_id`);
  expect(rows.map(({ email }) => email)).toEqual(['Demo@valuecanvas.local']);
  expect(Object.keys(rows[0].blocks).sort()).toEqual([...blocks].sort());
  expect(rows[0].changed).toEqual([...blocks].sort());
});
