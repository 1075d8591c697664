import { sections } from '@valuecanvas/contracts-canvas';
import { eventually, startCommitGate } from '@valuecanvas/testing';
import { describe, expect, test } from 'vitest';
import { expectError, knownBlocks, usePlatform } from './support/platform.ts';

const platform = usePlatform();
const key = { 'idempotency-key': 'order-17' };

const createVariant = (id: string, body: object = { kind: 'lean' }, headers = {}) =>
  platform.post(`/api/canvas/${id}/variants`, body, { headers });

const variantsOf = (id: string) => platform.request(`/api/canvas/${id}/variants`);

const rows = () =>
  platform.database.query('select id from canvases where user_id = $1', [platform.user.userId]);

describe('a variant', () => {
  test.each([
    ['lean', 'Lean: the smallest version', 'Lean'],
    ['premium', 'Premium: a version for customers who pay', 'Premium'],
    ['partnership', 'Partnership: a version that grows', 'Partnership'],
    ['nur für Schulen', 'nur für Schulen', 'nur für Schulen'],
  ])('of kind %s is a canvas of its own with its cost', async (kind, asked, name) => {
    const { id } = await platform.aCanvas();
    platform.neighbours.answer = () => ({ content: JSON.stringify({ ...knownBlocks, channels: ['Vans'] }) });
    const { status, body } = await createVariant(id, { kind });
    expect(status).toBe(200);
    expect(body.data).toMatchObject({ cost: 0.000123457, promptVersion: 1 });
    expect(body.data.canvas).toMatchObject({
      ...knownBlocks,
      channels: ['Vans'],
      variantOf: id,
      variantKind: kind,
      revision: 1,
      title: `A sourdough bakery in Lisbon that delivers to offices – ${name}`,
    });
    const prompt = platform.neighbours.asked[0]?.prompt;
    expect(prompt).toContain(`<variant>\n${asked}`);
    for (const section of sections) expect(prompt).toContain(`${section}:\n- One ${section}`);
    expect((await platform.request(`/api/canvas/${id}`)).body.data).toMatchObject({
      ...knownBlocks,
      revision: 1,
    });
    expect((await variantsOf(id)).body.data).toEqual([body.data.canvas]);
  });

  test('keeps the title of its canvas within the limit of a title', async () => {
    const { id } = await platform.aCanvas();
    await platform.put(`/api/canvas/${id}`, { revision: 1, title: 'Brot '.repeat(24) });
    const { body } = await createVariant(id, { kind: 'für Schulen und Kindergärten '.repeat(15) });
    expect(body.data.canvas.title).toMatch(/^Brot Brot .*… – für Schulen .*…$/);
    expect(body.data.canvas.title.length).toBeLessThanOrEqual(120);
  });

  test('can be sent back as it came, and keeps its origin', async () => {
    const { id } = await platform.aCanvas();
    const { canvas } = (await createVariant(id)).body.data;
    const edited = await platform.put(`/api/canvas/${canvas.id}`, { ...canvas, channels: ['Vans'] });
    expect(edited.body.data).toMatchObject({ variantOf: id, variantKind: 'lean', revision: 2 });
    const moved = await platform.put(`/api/canvas/${canvas.id}`, { revision: 2, variantOf: canvas.id });
    expectError(moved, 400, 'VALIDATION_FAILED');
  });

  test('streams its blocks, then the stored canvas', async () => {
    const { id } = await platform.aCanvas();
    platform.neighbours.answer = () => ({ content: JSON.stringify(knownBlocks) });
    const { body } = await createVariant(id, { kind: 'lean' }, { accept: 'text/event-stream' });
    const events = [...String(body).matchAll(/^event: (\w+)$/gm)].map(([, name]) => name);
    expect(events).toEqual([...sections.map(() => 'section'), 'done']);
    expect((await variantsOf(id)).body.data).toMatchObject([knownBlocks]);
  });

  test.each([[{ kind: ' ' }], [{ kind: 'x'.repeat(501) }], [{}]])('is refused for %j', async (body) => {
    const { id } = await platform.aCanvas();
    expectError(await createVariant(id, body), 400, 'VALIDATION_FAILED');
  });

  test('of the canvas of another user does not exist, and costs nothing', async () => {
    const { id } = await platform.aCanvas();
    const as = await platform.database.createUser();
    const request = { method: 'POST', as, body: { kind: 'lean' } } as const;
    expectError(await platform.request(`/api/canvas/${id}/variants`, request), 404, 'NOT_FOUND');
    expectError(await platform.request(`/api/canvas/${id}/variants`, { as }), 404, 'NOT_FOUND');
    expect(platform.neighbours.asked).toEqual([]);
  });

  test('that cannot be read stores nothing', async () => {
    const { id } = await platform.aCanvas();
    platform.neighbours.answer = () => ({ content: 'I would rather not.' });
    expectError(await createVariant(id), 502, 'LLM_BAD_RESPONSE');
    expect(await rows()).toHaveLength(1);
  });
});

describe('after the deletion of its canvas, a variant', () => {
  test('remains, and belongs to the canvas again if that is recovered', async () => {
    const { id } = await platform.aCanvas();
    const variant = (await createVariant(id)).body.data.canvas;
    await platform.request(`/api/canvas/${id}`, { method: 'DELETE' });
    expect((await platform.request(`/api/canvas/${variant.id}`)).body.data).toEqual(variant);
    expectError(await variantsOf(id), 404, 'NOT_FOUND');
    await platform.request(`/api/canvas/${id}/undelete`, { method: 'POST' });
    expect((await variantsOf(id)).body.data).toEqual([variant]);
  });

  test('is an independent canvas once the deletion is final', async () => {
    const { id } = await platform.aCanvas();
    const { variantOf, ...variant } = (await createVariant(id)).body.data.canvas;
    expect(variantOf).toBe(id);
    await platform.database.query('delete from canvases where id = $1', [id]);
    expect((await platform.request(`/api/canvas/${variant.id}`)).body.data).toEqual(variant);
  });

  test('is no longer listed if it was deleted itself', async () => {
    const { id } = await platform.aCanvas();
    const variant = (await createVariant(id)).body.data.canvas;
    await platform.request(`/api/canvas/${variant.id}`, { method: 'DELETE' });
    expect((await variantsOf(id)).body.data).toEqual([]);
  });
});

describe('a repetition with the same key', () => {
  test('returns the same variant, and costs nothing', async () => {
    const { id } = await platform.aCanvas();
    const first = await createVariant(id, { kind: 'lean' }, key);
    const again = await createVariant(id, { kind: 'lean' }, key);
    expect(again.body).toEqual(first.body);
    expect(platform.neighbours.asked).toHaveLength(1);
    expectError(await createVariant(id, { kind: 'premium' }, key), 422, 'IDEMPOTENCY_MISMATCH');
  });

  test('finds one canvas and pays once, also if the service lost its connection between commit and reply', async () => {
    const { id } = await platform.aCanvas();
    const gate = await startCommitGate(platform.database.urlFor('canvas'), {
      statement: 'insert into "canvases"',
      side: 'after',
    });
    const service = await platform.start({ DATABASE_URL: gate.url });
    const create = () =>
      service.request(`/api/canvas/${id}/variants`, {
        method: 'POST',
        as: platform.user,
        body: { kind: 'lean' },
        headers: key,
      });
    const answering = create();
    await gate.stopped;
    gate.cut();
    await answering;
    const again = await eventually(async () => {
      const answer = await create();
      expect(answer.status).toBe(200);
      return answer;
    });
    expect((await variantsOf(id)).body.data).toEqual([again.body.data.canvas]);
    const keys = platform.neighbours.asked.map(({ idempotencyKey }) => idempotencyKey);
    expect(new Set(keys).size).toBe(1);
    expect(keys[0]).toMatch(/^canvas\.createVariant:/);
  });
});

describe('a comparison', () => {
  const compare = (id: string, query: Readonly<Record<string, string>>, as = platform.user) =>
    platform.request(`/api/canvas/${id}/diff?${new URLSearchParams(query)}`, { as });
  const channels = (diff: { blocks: { section: string }[] }) =>
    diff.blocks.find(({ section }) => section === 'channels');

  test('of a canvas and its variant lists the items of each block', async () => {
    const { id } = await platform.aCanvas();
    const blocks = { ...knownBlocks, channels: ['One channels in town', 'Vans'] };
    platform.neighbours.answer = () => ({ content: JSON.stringify(blocks) });
    const variant = (await createVariant(id)).body.data.canvas;
    const { status, body } = await compare(id, { with: variant.id });
    expect(status).toBe(200);
    expect(body.data).toMatchObject({
      before: { canvasId: id, revision: 1 },
      after: { canvasId: variant.id, revision: 1 },
      words: [{ field: 'title', after: variant.title }],
    });
    expect(body.data.blocks.map(({ section }: { section: string }) => section)).toEqual(sections);
    expect(channels(body.data)).toEqual({
      section: 'channels',
      isReordered: false,
      items: [
        { change: 'changed', before: 'One channels', after: 'One channels in town' },
        { change: 'added', after: 'Vans' },
        { change: 'removed', before: 'Two channels' },
      ],
    });
  });

  test('of two revisions of a canvas includes its words', async () => {
    const { id } = await platform.aCanvas();
    await platform.put(`/api/canvas/${id}`, { revision: 1, channels: ['Vans'], industry: '' });
    const { body } = await compare(id, { revision: '1' });
    expect(body.data).toMatchObject({
      before: { canvasId: id, revision: 1 },
      after: { canvasId: id, revision: 2 },
    });
    expect(body.data.words).toEqual([{ field: 'industry', before: 'Food' }]);
    const back = await compare(id, { withRevision: '1' });
    expect(back.body.data.words).toEqual([{ field: 'industry', after: 'Food' }]);
  });

  test('needs access to both canvases', async () => {
    const own = await platform.aCanvas();
    const stranger = await platform.database.createUser();
    const created = await platform.request('/api/canvas', {
      method: 'POST',
      as: stranger,
      body: { businessDescription: 'A secret business' },
    });
    const foreign = created.body.data.id;
    expectError(await compare(own.id, { with: foreign }), 404, 'NOT_FOUND');
    expectError(await compare(foreign, { with: own.id }), 404, 'NOT_FOUND');
    expectError(await compare(own.id, { revision: '7' }), 404, 'NOT_FOUND');
  });
});
