import { expect, expectCompletionFacts, number, object, text } from '../expectations.ts';
import type { Smoke } from '../smoke.ts';
import type { Account } from './accounts.ts';

const blocks = [
  'keyPartners',
  'keyActivities',
  'valuePropositions',
  'customerRelationships',
  'customerSegments',
  'keyResources',
  'channels',
  'costStructure',
  'revenueStreams',
] as const;

export async function checkCanvases({ api, check }: Smoke, { token }: Account): Promise<void> {
  const id = await check('a canvas is generated, with all nine blocks', async () => {
    const body = { businessDescription: 'A bakery that delivers bread by cargo bike', industry: 'Food' };
    const answer = await api.data('/api/canvas/generate', { method: 'POST', token, body });
    expectCompletionFacts(answer);
    number(answer, 'promptVersion');
    expectFilled(object(answer, 'canvas'));
    return text(answer, 'canvasId');
  });
  if (!id) return;
  const path = `/api/canvas/${id}`;
  await check('it is in the list of own canvases', async () => {
    const canvases = await api.list('/api/canvas', { token });
    expect(
      canvases.some((canvas) => canvas.id === id),
      'the list has the new canvas',
    );
  });
  await check('it is read', async () => expectFilled(await api.data(path, { token })));
  await check('an edit creates a new revision', async () => {
    const body = { revision: 1, channels: ['A stall at the Saturday market'] };
    const canvas = await api.data(path, { method: 'PUT', token, body });
    expect(canvas.revision === 2, 'the revision is 2');
  });
  await check('an edit based on an old revision is refused', () =>
    api.send(path, { method: 'PUT', token, body: { revision: 1, channels: [] }, status: 409 }),
  );
  await check('suggestions for a block', async () => {
    const body = { section: 'revenueStreams', context: 'Offices buy breakfast' };
    const answer = await api.data(`${path}/refine`, { method: 'POST', token, body });
    expectCompletionFacts(answer);
    expect(isFilledList(answer.suggestions), 'there are suggestions');
  });
  await check('it is deleted', async () => {
    await api.send(path, { method: 'DELETE', token, status: 204 });
    await api.send(path, { token, status: 404 });
  });
}

function expectFilled(canvas: Record<string, unknown>): void {
  for (const block of blocks) expect(isFilledList(canvas[block]), `${block} has items`);
}

function isFilledList(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === 'string');
}
