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

const reviewed = (description: string, canvas: Canvas) => ({
  businessDescription: description,
  currentCanvas: Object.entries(canvas)
    .map(([section, items]) => `${section}:\n${listed(items)}`)
    .join('\n'),
});

const itemsOf = (canvas: Canvas) => blocks.flatMap((block) => canvas[block]);

describe('a variant by the seeded prompt', () => {
  const variantOf = async (canvas: Canvas, variant: string, description = dogHotel) =>
    JSON.parse(
      await answerTo(seededPrompt('canvas.variant', { ...reviewed(description, canvas), variant })),
    ) as Canvas;

  test.each([
    'Lean: a small start',
    'Premium: more service',
    'Partnership: growth with others',
    'for cats only',
  ])('keeps some items and changes others for %j', async (kind) => {
    const canvas = await generated(dogHotel);
    const variant = await variantOf(canvas, kind);
    const before = itemsOf(canvas);
    const after = itemsOf(variant);
    expect(after.filter((item) => before.includes(item)).length).toBeGreaterThanOrEqual(5);
    expect(after.filter((item) => !before.includes(item)).length).toBeGreaterThanOrEqual(5);
    expect(before.filter((item) => !after.includes(item)).length).toBeGreaterThanOrEqual(2);
    for (const block of blocks) {
      expect(variant[block].length).toBeGreaterThan(0);
      expect(new Set(variant[block]).size).toBe(variant[block].length);
    }
  });

  test('of another kind has other items, and own words are in the value propositions', async () => {
    const canvas = await generated(dogHotel);
    const lean = await variantOf(canvas, 'Lean: a small start');
    const premium = await variantOf(canvas, 'Premium: more service');
    expect(lean.customerSegments[0]).not.toBe(premium.customerSegments[0]);
    expect(lean.costStructure.join()).toContain('No fixed costs');
    const own = await variantOf(canvas, 'for cats only');
    expect(own.valuePropositions[0]).toContain('for cats only');
  });

  test('of a variant repeats nothing, and that of an empty canvas has all blocks', async () => {
    const canvas = await variantOf(await generated(dogHotel), 'Lean: a small start');
    const again = await variantOf(canvas, 'Lean: a small start');
    for (const block of blocks) expect(new Set(again[block]).size).toBe(again[block].length);
    const empty = Object.fromEntries(blocks.map((block) => [block, []])) as unknown as Canvas;
    const filled = await variantOf(empty, 'Lean: a small start');
    for (const block of blocks) expect(filled[block].length).toBeGreaterThanOrEqual(3);
  });

  test('is written in the language of the canvas', async () => {
    const description = 'Eine Bäckerei, die Sauerteigbrot per Lastenrad an Familien liefert';
    const canvas = await generated(description);
    const lean = await variantOf(canvas, 'Lean: a small start', description);
    expect(lean.costStructure[0]).toContain('Keine Fixkosten');
    const french = 'Une boulangerie qui livre du pain au levain aux familles de Lyon';
    const variant = await variantOf(await generated(french), 'Lean: a small start', french);
    expect(JSON.stringify(variant)).not.toContain('No fixed costs');
  });
});

describe('findings by the seeded prompt', () => {
  const schema = {
    type: 'object',
    properties: {
      findings: {
        type: 'array',
        items: {
          type: 'object',
          properties: {
            kind: { enum: ['contradiction', 'orphan', 'missing', 'vague'] },
            severity: { enum: ['high', 'medium', 'low'] },
            sections: { type: 'array', items: { enum: blocks } },
            items: { type: 'array', items: { type: 'string' } },
            message: { type: 'string' },
            suggestion: { type: 'string' },
          },
          required: ['kind', 'severity', 'sections', 'items', 'message', 'suggestion'],
          additionalProperties: false,
        },
      },
    },
    required: ['findings'],
    additionalProperties: false,
  };
  const formats = [
    { type: 'json_object' as const },
    { type: 'json_schema' as const, json_schema: { name: 'findings', strict: true, schema } },
  ];
  const findingsOf = async (canvas: Canvas, description: string, format = formats[0]) => {
    const completion = await client.chat.completions.create({
      ...asking(seededPrompt('canvas.check', reviewed(description, canvas))),
      ...(format && { response_format: format }),
    });
    const { findings } = JSON.parse(completion.choices[0]?.message.content ?? '') as {
      readonly findings: readonly {
        readonly kind: string;
        readonly severity: string;
        readonly sections: readonly Block[];
        readonly items: readonly string[];
        readonly message: string;
        readonly suggestion: string;
      }[];
    };
    return findings;
  };

  test.each(formats)('name items and blocks of the canvas as $type', async (format) => {
    const canvas = await generated(dogHotel);
    const findings = await findingsOf(canvas, dogHotel, format);
    expect(findings.map(({ severity }) => severity)).toEqual(['high', 'medium', 'low']);
    for (const { sections, items, message, suggestion } of findings) {
      const [block] = sections;
      const [item = ''] = items;
      expect(block && canvas[block]).toContain(item);
      expect(message).toContain(item);
      expect(suggestion).toContain(item);
    }
  });

  test('are in the language of the canvas, and an empty canvas has none', async () => {
    const description = 'Eine Bäckerei, die Sauerteigbrot per Lastenrad an Familien liefert';
    const [first] = await findingsOf(await generated(description), description);
    expect(first?.message).toContain('Kein Wertangebot');
    const empty = Object.fromEntries(blocks.map((block) => [block, []])) as unknown as Canvas;
    expect(await findingsOf(empty, dogHotel)).toEqual([]);
  });
});
