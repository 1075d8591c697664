import { sections } from '@valuecanvas/contracts-canvas';
import { AppError, headers } from '@valuecanvas/contracts-core';
import { expect, test } from 'vitest';
import { aBakery, expectError, knownBlocks, usePlatform } from './support/platform.ts';

const platform = usePlatform();
const key = { 'idempotency-key': 'order-17' };
const complete = JSON.stringify(knownBlocks);
const sectionEvents = sections.map((section) => ['section', { section, items: knownBlocks[section] }]);

/** Generates a canvas as a stream and returns its events as name and data. */
async function generate(body: object = aBakery, extra: Readonly<Record<string, string>> = {}) {
  const answer = await platform.generate(body, { headers: { accept: 'text/event-stream', ...extra } });
  const events = String(answer.body)
    .split('\n\n')
    .filter((text) => text.startsWith('event:'))
    .map((text): [string, unknown] => {
      const [name = '', , data = ''] = text.split('\n').map((line) => line.slice(line.indexOf(':') + 2));
      return [name, JSON.parse(data)];
    });
  return { answer, events };
}

const canvasesOf = async () => (await platform.request('/api/canvas')).body.data;

test('blocks are sent one by one, then the stored canvas', async () => {
  platform.neighbours.answer = () => ({ content: complete });
  const { events } = await generate();
  const [stored] = await canvasesOf();
  expect(events).toEqual([
    ...sectionEvents,
    ['done', expect.objectContaining({ canvasId: stored.id, canvas: stored, cost: 0.000123457 })],
  ]);
  expect(stored).toMatchObject(knownBlocks);
});

test('a block reaches the client while the model is still writing', async () => {
  const rest = Promise.withResolvers<void>();
  platform.neighbours.answer = () => ({ content: complete.slice(0, -1), hold: rest.promise });
  const identity = await platform.identities.signer('gateway')('canvas', platform.user);
  const response = await fetch(`${platform.service.url}/api/canvas/generate`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'text/event-stream',
      [headers.identity]: identity,
    },
    body: JSON.stringify(aBakery),
  });
  let text = '';
  for await (const bytes of response.body ?? []) {
    text += Buffer.from(bytes).toString();
    // All nine blocks are there before the answer is complete.
    if (text.split('event: section').length > sections.length) rest.resolve();
  }
  expect(text).toContain('event: done');
});

test.each([
  [
    'a follow-up call',
    JSON.stringify({ ...knownBlocks, channels: [] }),
    JSON.stringify({ channels: knownBlocks.channels }),
  ],
  ['a follow-up call after a cut', complete.slice(0, complete.indexOf('"channels"')), complete],
  ['a sloppy answer', complete.replaceAll('"', "'"), ''],
])('%s streams each block once, as stored', async (_, first, second) => {
  const answers = [first, second];
  platform.neighbours.answer = () => ({ content: answers.shift() ?? '' });
  const { events } = await generate();
  expect(events.slice(0, -1)).toHaveLength(sections.length);
  expect(events.slice(0, -1)).toEqual(expect.arrayContaining(sectionEvents));
  expect(events.at(-1)?.[0]).toBe('done');
  const [stored] = await canvasesOf();
  expect(stored).toMatchObject(knownBlocks);
});

test('a block that was sent is stored as sent, even if the model repeats it differently', async () => {
  platform.neighbours.answer = () => ({ content: complete.replace(/\}$/, ',"channels":["Changed"]}') });
  await generate();
  const [stored] = await canvasesOf();
  expect(stored.channels).toEqual(knownBlocks.channels);
});

test('a failure before the first block has its usual status', async () => {
  platform.neighbours.answer = () => {
    throw new AppError('BUDGET_EXCEEDED');
  };
  const { answer } = await generate();
  expectError(answer, 402, 'BUDGET_EXCEEDED');
});

test('a stream that breaks after blocks ends with an error, and nothing is stored', async () => {
  const half = complete.slice(0, complete.indexOf('"channels"'));
  platform.neighbours.answer = () => ({ content: half, breaks: new AppError('LLM_UNAVAILABLE') });
  const { events } = await generate();
  expect(events.slice(0, -1)).toEqual(sectionEvents.slice(0, sections.indexOf('channels')));
  expect(events.at(-1)).toEqual([
    'error',
    expect.objectContaining({ success: false, code: 'LLM_UNAVAILABLE' }),
  ]);
  expect(await canvasesOf()).toEqual([]);
});

test('a repeated stream with the same key gets the stored canvas, and no model is called again', async () => {
  const first = await generate(aBakery, key);
  const again = await generate(aBakery, key);
  expect(again.answer.headers.get('idempotent-replayed')).toBe('true');
  expect(again.events).toEqual([first.events.at(-1)]);
  expect(platform.neighbours.asked).toHaveLength(1);
  const whole = await platform.generate(aBakery, { headers: key });
  expect(whole.body.data).toEqual(first.events.at(-1)?.[1]);
  expect(await canvasesOf()).toHaveLength(1);
});
