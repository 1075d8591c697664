import { pick, type Random } from '../random.ts';
import { type Block, blocks, type Canvas } from './blocks.ts';
import type { Brief } from './brief.ts';
import { blockFor, capitalised, fill } from './canvas.ts';
import { textsOf } from './language.ts';

/** Length of the question that an answer quotes. */
const MAX_QUESTION = 80;

/** A few sentences about the business, or a notice if the conversation describes none. */
export function paragraphFor(brief: Brief, random: Random): string {
  const { openings, middle, closings, withoutBusiness } = textsOf(brief.language);
  if (!brief.describesBusiness)
    return pick(random, withoutBusiness).replace('{question}', () => shortened(brief.question));
  const [, value = ''] = blockFor('valuePropositions', brief, random);
  const [, channel = ''] = blockFor('channels', brief, random);
  const ideas = middle.replace('{value}', () => value).replace('{channel}', () => channel);
  const opening = capitalised(fill(pick(random, openings), brief));
  const sentences = [opening, ideas, fill(pick(random, closings), brief)];
  return sentences.join(brief.language === 'zh' || brief.language === 'ja' ? '' : ' ');
}

/** The canvas as headings and bullets, for a prompt that asks for a canvas but not for JSON. */
export function canvasText(canvas: Canvas, { language }: Brief): string {
  const { titles } = textsOf(language);
  return blocks
    .map((block) =>
      [`## ${capitalised(titles[block])}`, ...canvas[block].map((item) => `- ${item}`)].join('\n'),
    )
    .join('\n\n');
}

/** The reasons for the suggestions for a block. */
export function reasoningFor(brief: Brief, block: Block): string {
  const { reasoning, titles } = textsOf(brief.language);
  return fill(
    reasoning.replace('{title}', () => titles[block]),
    brief,
  );
}

function shortened(question: string): string {
  const text = question.replace(/\s+/g, ' ').trim();
  const characters = [...text.slice(0, 2 * MAX_QUESTION)];
  return characters.length > MAX_QUESTION ? `${characters.slice(0, MAX_QUESTION).join('')}…` : text;
}
