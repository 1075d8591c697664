import { pick, type Random } from '../random.ts';
import { blocks, titleOf } from './blocks.ts';
import type { Brief } from './brief.ts';
import { blockFor, type Canvas } from './canvas.ts';

const openings = [
  'The strength of {business} is {offer}.',
  'Seen from outside, {business} stands for {offer}.',
  'What matters most for {business} is {offer}.',
] as const;

const closings = [
  'A small test with {audience} shows within a month whether this holds.',
  'It pays to ask {audience} first and to measure one figure at a time.',
  'Start with {audience}, learn from the first orders, and then grow.',
] as const;

/** A few sentences about the business, for a question without a form. */
export function paragraphFor(brief: Brief, random: Random): string {
  const [, value = ''] = blockFor('valuePropositions', brief, random);
  const [, channel = ''] = blockFor('channels', brief, random);
  const middle = `It can build on this: ${lowered(value)}; and it can reach people by this: ${lowered(channel)}.`;
  return [pick(random, openings), middle, pick(random, closings)]
    .map((sentence) => filled(sentence, brief))
    .join(' ');
}

/** The canvas as headings and bullets, for a prompt that asks for a canvas but not for JSON. */
export function canvasText(canvas: Canvas): string {
  return blocks
    .map((block) => [`## ${titleOf(block)}`, ...canvas[block].map((item) => `- ${item}`)].join('\n'))
    .join('\n\n');
}

/** Why the suggestions for a block make sense. */
export function reasoningFor(brief: Brief, section: string): string {
  return `For ${brief.business}, ${section} should follow from what ${brief.audience} look for: ${brief.offer}.`;
}

function filled(sentence: string, { business, offer, audience }: Brief): string {
  return sentence.replace('{business}', business).replace('{offer}', offer).replace('{audience}', audience);
}

function lowered(item: string): string {
  return item.charAt(0).toLowerCase() + item.slice(1);
}
