import { AppError } from '@valuecanvas/contracts-core';
import { describe, expect, test } from 'vitest';
import { expectError, knownBlocks, usePlatform } from './support/platform.ts';

const platform = usePlatform();

const check = (id: string, headers = {}, body: object = {}) =>
  platform.post(`/api/canvas/${id}/check`, body, { headers });

const findings = async (id: string, query = '') =>
  (await platform.request(`/api/canvas/${id}/findings${query}`)).body.data;

const contradiction = {
  kind: 'contradiction',
  severity: 'high',
  sections: ['channels'],
  items: ['One channels'],
  message: 'The channel costs more than the revenue.',
  suggestion: 'Choose a channel that costs less.',
};

const answerWith = (...list: readonly unknown[]): void => {
  platform.neighbours.answer = () => ({ content: JSON.stringify({ findings: list }) });
};

/** The kinds and texts of the findings of the model. */
const byModel = (list: { source: string }[]) => list.filter(({ source }) => source === 'model');

test('a check has the findings of the model with their cost, and is stored with its revision', async () => {
  const { id } = await platform.aCanvas();
  expect(await findings(id)).toEqual({ currentRevision: 1, isComplete: false, findings: [] });
  answerWith(contradiction);
  const { status, body } = await check(id);
  expect(status).toBe(200);
  expect(body.data).toMatchObject({
    revision: 1,
    isComplete: true,
    completion: { cost: 0.000123457, promptVersion: 1 },
  });
  expect(byModel(body.data.findings)).toEqual([
    {
      ...contradiction,
      source: 'model',
      items: [{ section: 'channels', item: 'One channels' }],
      id: expect.any(String),
    },
  ]);
  const { revision, checkedAt, isComplete } = body.data;
  expect(await findings(id)).toEqual({
    currentRevision: 1,
    revision,
    checkedAt,
    isComplete,
    findings: body.data.findings,
  });
  expect(platform.neighbours.asked[0]?.prompt).toContain('channels:\n- One channels');
});

test('rules find faults without a model', async () => {
  const { id } = await platform.aCanvas();
  await platform.put(`/api/canvas/${id}`, { revision: 1, channels: [], keyPartners: ['Mills', 'Mills'] });
  answerWith();
  const { body } = await check(id);
  expect(body.data.findings).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ kind: 'missing', source: 'rule', sections: ['channels'], items: [] }),
      expect.objectContaining({ kind: 'duplicate', source: 'rule', sections: ['keyPartners'] }),
    ]),
  );
});

test.each([
  ['LLM_UNAVAILABLE', () => Promise.reject(new AppError('LLM_UNAVAILABLE'))],
  ['BUDGET_EXCEEDED', () => Promise.reject(new AppError('BUDGET_EXCEEDED'))],
  ['LLM_BAD_RESPONSE', () => ({ content: 'It looks fine to me.' })],
])('after %s a check has the findings of the rules, and says so', async (code, answer) => {
  const { id } = await platform.aCanvas();
  await platform.put(`/api/canvas/${id}`, { revision: 1, channels: [] });
  platform.neighbours.answer = answer;
  const { status, body } = await check(id);
  expect(status).toBe(200);
  expect(body.data).toMatchObject({
    isComplete: false,
    modelError: { code, message: expect.any(String) },
  });
  expect(body.data).not.toHaveProperty('completion');
  expect(body.data.findings).toContainEqual(
    expect.objectContaining({ kind: 'missing', sections: ['channels'] }),
  );
  expect(await findings(id)).toMatchObject({ isComplete: false });
});

test('a model that the user chose and no provider serves is refused', async () => {
  const { id } = await platform.aCanvas();
  platform.neighbours.answer = () => Promise.reject(new AppError('MODEL_NOT_FOUND'));
  expectError(await check(id, {}, { model: 'unknown' }), 404, 'MODEL_NOT_FOUND');
});

test('a repetition with the same key returns the same findings and costs nothing', async () => {
  const { id } = await platform.aCanvas();
  const key = { 'idempotency-key': 'check-1' };
  answerWith(contradiction);
  const first = await check(id, key);
  expect((await check(id, key)).body).toEqual(first.body);
  expect(platform.neighbours.asked).toHaveLength(1);
});

describe('answers of models', () => {
  test.each([
    ['a code fence', `Here it is:\n\`\`\`json\n${JSON.stringify({ findings: [contradiction] })}\n\`\`\``],
    ['a bare list', JSON.stringify([contradiction])],
    ['single quotes', JSON.stringify({ findings: [contradiction] }).replaceAll('"', "'")],
    [
      'renamed keys',
      JSON.stringify({
        Issues: [
          {
            type: 'Contradiction',
            priority: 'HIGH',
            block: 'Channels',
            quote: '“One channels.”',
            explanation: contradiction.message,
            fix: contradiction.suggestion,
          },
        ],
      }),
    ],
    [
      'no items',
      JSON.stringify({
        result: { findings: [{ ...contradiction, sections: 'Kanäle', items: ['One channels'] }] },
      }),
    ],
  ])('with %s are read', async (_, content) => {
    const { id } = await platform.aCanvas();
    platform.neighbours.answer = () => ({ content });
    const { body } = await check(id);
    expect(byModel(body.data.findings)).toMatchObject([
      { ...contradiction, items: [{ section: 'channels', item: 'One channels' }] },
    ]);
  });

  test('that name nothing on the canvas are ignored', async () => {
    const { id } = await platform.aCanvas();
    answerWith({ ...contradiction, sections: ['weather'], items: ['Rain'] }, 'nothing', null, { message: 7 });
    const { body } = await check(id);
    expect(body.data.isComplete).toBe(true);
    expect(byModel(body.data.findings)).toEqual([]);
  });
});

describe('a dismissal', () => {
  const dismiss = (id: string, finding: string, body: object = { reason: 'We know.' }) =>
    platform.post(`/api/canvas/${id}/findings/${finding}/dismiss`, body);

  const checkedFinding = async () => {
    const { id } = await platform.aCanvas();
    answerWith(contradiction);
    const [finding] = byModel((await check(id)).body.data.findings) as { id: string; source: string }[];
    if (!finding) throw new Error('There is no finding.');
    return { id, finding };
  };

  test('is kept with its reason, also on the next revision while the item is unchanged', async () => {
    const { id, finding } = await checkedFinding();
    const { status, body } = await dismiss(id, finding.id);
    expect([status, body.data]).toEqual([
      200,
      { ...finding, dismissal: { reason: 'We know.', dismissedAt: expect.any(String) } },
    ]);
    expect(byModel((await findings(id)).findings)).toEqual([]);
    expect((await findings(id, '?dismissed=true')).findings).toEqual([body.data]);
    await platform.put(`/api/canvas/${id}`, { revision: 1, keyPartners: ['A mill nearby'] });
    const later = await check(id);
    expect(later.body.data.revision).toBe(2);
    expect(byModel(later.body.data.findings)).toEqual([]);
    expect((await findings(id, '?dismissed=true')).findings).toEqual([body.data]);
  });

  test('ends with a change of the item', async () => {
    const { id, finding } = await checkedFinding();
    await dismiss(id, finding.id);
    const channels = ['One channels of ours', ...(knownBlocks.channels ?? []).slice(1)];
    await platform.put(`/api/canvas/${id}`, { revision: 1, channels });
    answerWith({ ...contradiction, items: channels.slice(0, 1) });
    const later = (await check(id)).body.data.findings;
    expect(byModel(later)).toHaveLength(1);
    expect((await findings(id, '?revision=1')).revision).toBe(1);
    expect((await findings(id)).revision).toBe(2);
  });

  test('can be undone', async () => {
    const { id, finding } = await checkedFinding();
    await dismiss(id, finding.id);
    const undo = () =>
      platform.request(`/api/canvas/${id}/findings/${finding.id}/dismiss`, { method: 'DELETE' });
    expect((await undo()).status).toBe(204);
    expect(byModel((await findings(id)).findings)).toEqual([finding]);
    expectError(await undo(), 404, 'NOT_FOUND');
  });

  test('needs a reason, and a finding of the same canvas and user', async () => {
    const { id, finding } = await checkedFinding();
    const other = await platform.aCanvas();
    expectError(await dismiss(id, finding.id, { reason: ' ' }), 400, 'VALIDATION_FAILED');
    expectError(await dismiss(other.id, finding.id), 404, 'NOT_FOUND');
    const as = await platform.database.createUser();
    const body = { reason: 'Mine now.' };
    for (const request of [
      platform.request(`/api/canvas/${id}/check`, { method: 'POST', as, body: {} }),
      platform.request(`/api/canvas/${id}/findings`, { as }),
      platform.request(`/api/canvas/${id}/findings/${finding.id}/dismiss`, { method: 'POST', as, body }),
      platform.request(`/api/canvas/${id}/findings/${finding.id}/dismiss`, { method: 'DELETE', as }),
    ])
      expectError(await request, 404, 'NOT_FOUND');
  });
});
