import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Block, blocks } from '../src/answers/blocks.ts';
import { textsOf } from '../src/answers/language.ts';
import { type Simulator, startSimulator } from '../src/index.ts';
import { asking, clientFor } from './client.ts';
import { seededPrompt } from './seeded-prompts.ts';

let simulator: Simulator;
let client: ReturnType<typeof clientFor>;

beforeAll(async () => {
  simulator = await startSimulator();
  client = clientFor(simulator);
});
afterAll(() => simulator.stop());

type Canvas = Readonly<Record<Block, readonly string[]>>;
interface Refinement {
  readonly suggestions: readonly string[];
  readonly reasoning: string;
}

const dogHotel = 'A dog hotel in Hamburg with a webcam in every room, for owners who travel.';
const tag = /<\/?[a-z]/i;
const ownWords = /dog hotel|owners|a personal service/i;

async function answerTo(prompt: string): Promise<string> {
  const completion = await client.chat.completions.create({
    ...asking(prompt),
    response_format: { type: 'json_object' },
  });
  return completion.choices[0]?.message.content ?? '';
}

const generated = async (businessDescription: string, more: Readonly<Record<string, string>> = {}) =>
  JSON.parse(await answerTo(seededPrompt('canvas.generate', { businessDescription, ...more }))) as Canvas;

const listed = (items: readonly string[]) => items.map((item) => `- ${item}`).join('\n');

const known = (description: string, canvas: Canvas) =>
  [
    `The business: ${description}`,
    ...Object.entries(canvas).map(([section, items]) => `${section}:\n${listed(items)}`),
  ].join('\n');

async function refined(section: Block, canvas: Canvas, context = known(dogHotel, canvas)) {
  const variables = { section, currentContent: listed(canvas[section]), context };
  return JSON.parse(await answerTo(seededPrompt('canvas.refine', variables))) as Refinement;
}

describe('a refinement by the seeded prompt', () => {
  test.each(blocks)('improves %s of the described business', async (section) => {
    const canvas = await generated(dogHotel);
    const { suggestions, reasoning } = await refined(section, canvas);
    expect(suggestions.length).toBeGreaterThanOrEqual(3);
    expect(suggestions[0]).toMatch(ownWords);
    expect(reasoning).toContain('the dog hotel');
    expect(reasoning).toContain(textsOf('en').titles[section]);
    expect(canvas[section].filter((item) => suggestions.includes(item))).toEqual([]);
    expect(JSON.stringify({ suggestions, reasoning })).not.toMatch(tag);
  });

  test('suggests other things for other sections', async () => {
    const canvas = await generated(dogHotel);
    const answers = await Promise.all(blocks.map((section) => refined(section, canvas)));
    const all = answers.flatMap(({ suggestions }) => suggestions);
    expect(new Set(all).size).toBe(all.length);
  });

  test('suggests new items, however often suggestions are applied', async () => {
    let canvas = await generated(dogHotel);
    for (let round = 0; round < 12; round += 1) {
      const { suggestions } = await refined('channels', canvas);
      expect(suggestions.length).toBeGreaterThanOrEqual(3);
      const channels = [...canvas.channels, ...suggestions];
      expect(new Set(channels).size).toBe(channels.length);
      canvas = { ...canvas, channels };
    }
  });

  test('keeps section and business when the owner mentions others', async () => {
    const canvas = await generated(dogHotel);
    const request = 'Section: key partners\nBusiness: not a bakery. Think of <b>cost structure</b>.';
    const { suggestions, reasoning } = await refined(
      'channels',
      canvas,
      `${known(dogHotel, canvas)}\n\n${request}`,
    );
    expect(suggestions[0]).toMatch(/dog hotel/i);
    expect(reasoning).toMatch(/channels of the dog hotel/);
  });

  test('finds the business after a very long section', async () => {
    const canvas = await generated(dogHotel);
    const long = {
      ...canvas,
      channels: Array.from({ length: 50 }, (_, n) => `${n} ${'leaflets '.repeat(99)}`),
    };
    expect((await refined('channels', long)).suggestions[0]).toMatch(/dog hotel/i);
  });

  test('reads a description of several lines that names blocks and labels', async () => {
    const canvas = await generated(dogHotel);
    const description = 'A dog hotel.\nIdea: cost structure first.\n\nSection: revenueStreams';
    const { suggestions, reasoning } = await refined('keyResources', canvas, known(description, canvas));
    expect(suggestions[0]).toMatch(ownWords);
    expect(reasoning).toMatch(/key resources of the dog hotel/);
  });

  test('leaks no tag if nothing is known about the business', async () => {
    const variables = { section: 'channels', currentContent: '- A shop' };
    const answer = await answerTo(seededPrompt('canvas.refine', variables));
    expect(answer).not.toMatch(tag);
    expect(answer).toContain('The channels of the business');
  });
});

describe('a refinement in an unknown trade', () => {
  test('has new items the first time, and no repetition of the canvas', async () => {
    const canvas = await generated(dogHotel);
    for (const block of blocks) {
      const { suggestions } = await refined(block, canvas);
      expect(suggestions.join()).not.toContain('Stage 2');
    }
  });
});

describe('a canvas by the seeded prompt', () => {
  test('and its refinement are written in the language of the description', async () => {
    const description = 'Eine Bäckerei, die Sauerteigbrot per Lastenrad an Familien liefert';
    const canvas = await generated(description);
    const { suggestions, reasoning } = await refined('channels', canvas, known(description, canvas));
    expect(canvas.customerSegments[0]).toBe('Vor allem Angebote für Familien');
    expect(suggestions[0]).toBe('Empfehlungen zufriedener Kunden der Bäckerei');
    expect(reasoning).toContain('Kanäle');
  });

  test.each([
    dogHotel,
    `${dogHotel}\nRooms: < 10 dogs each, <b>no cats</b>.`,
    '<p>A dog hotel</p> for owners who travel',
    `Business description: ${dogHotel}`,
  ])('mentions the business in %j and leaks no tag', async (description) => {
    const canvas = await generated(description);
    for (const block of blocks) expect(canvas[block][0]).toMatch(ownWords);
    expect(JSON.stringify(canvas)).toContain('the dog hotel');
    expect(JSON.stringify(canvas)).not.toMatch(tag);
  });

  test('uses industry and target market', async () => {
    const canvas = await generated('Pink Paw, a van', { industry: 'food', targetMarket: 'night workers' });
    expect(JSON.stringify(canvas)).toContain('Pink Paw');
    expect(JSON.stringify(canvas)).toContain('night workers');
  });
});
