import { type Random, shuffled } from '../random.ts';
import { type Block, blocks, type Canvas } from './blocks.ts';
import type { Brief, Variant } from './brief.ts';
import { textsOf, type VariantKind } from './language.ts';
import { readings } from './reading.ts';

/** Items of a block in a canvas: fewer without an industry, so that enough items remain for suggestions. */
const ITEMS = { ofIndustry: 4, general: 3 } as const;
/** Items of the industry in a block. The item with the words of the description and a general one join them. */
const INDUSTRY_ITEMS = 2;
const SUGGESTIONS = { least: 3, most: 4 } as const;

/** Blocks that a variant changes. It keeps the others word for word. */
const changedBlocks: Readonly<Record<VariantKind | 'own', readonly Block[]>> = {
  lean: ['keyActivities', 'valuePropositions', 'customerSegments', 'channels', 'costStructure'],
  premium: [
    'valuePropositions',
    'customerRelationships',
    'customerSegments',
    'keyResources',
    'revenueStreams',
  ],
  partnership: ['keyPartners', 'keyActivities', 'channels', 'costStructure', 'revenueStreams'],
  own: ['valuePropositions', 'customerRelationships', 'customerSegments', 'channels', 'revenueStreams'],
};

/** Items that a changed block of a variant keeps. A lean business is smaller. */
const KEPT = { lean: 1, premium: 2, partnership: 2, own: 2 } as const;

/** The nine blocks for the business of the brief, or those of the variant that the prompt asks for. */
export function canvasFor(brief: Brief, random: Random): Canvas {
  return Object.fromEntries(
    blocks.map((block) => [
      block,
      brief.variant ? variantOf(block, brief.variant, brief, random) : blockFor(block, brief, random),
    ]),
  ) as Canvas;
}

/** Items of a variant: those of its kind, or others of the industry, before those that it keeps. */
function variantOf(block: Block, variant: Variant, brief: Brief, random: Random): readonly string[] {
  const present = brief.currentCanvas[block];
  if (present.length === 0) return blockFor(block, brief, random);
  const { kind } = variant;
  if (!changedBlocks[kind].includes(block)) return present;
  const ofKind = (kind === 'own' ? [] : (textsOf(brief.language).variants?.[kind][block] ?? [])).map((item) =>
    capitalised(fill(item, brief)),
  );
  const stated =
    kind === 'own' && block === 'valuePropositions' ? [capitalised(`${brief.offer}, ${variant.words}`)] : [];
  const [industry = ''] = suggestionsFor(block, brief, random);
  const fresh = [...ofKind, ...stated];
  const items = fresh.length > 0 ? fresh : [industry];
  const kept = present.filter((item) => !items.includes(item));
  return [...items, ...kept.slice(0, KEPT[kind])];
}

/** Items for one block. The first one contains words of the description, the last one would suit any trade. */
export function blockFor(block: Block, brief: Brief, random: Random): readonly string[] {
  const { own, industry, general } = itemsFor(block, brief, random);
  const items = [...own.slice(0, 1), ...industry.slice(0, INDUSTRY_ITEMS), ...general];
  const length = brief.industry === 'general' ? ITEMS.general : ITEMS.ofIndustry;
  return items.slice(0, length).map((item) => capitalised(fill(item, brief)));
}

/** Three or four items for one block that the conversation does not contain yet. */
export function suggestionsFor(block: Block, brief: Brief, random: Random): readonly string[] {
  const { own, industry, general } = itemsFor(block, brief, random);
  const items = [...own, ...industry, ...general].map((item) => capitalised(fill(item, brief)));
  const said = brief.said.toLowerCase();
  const fresh: string[] = [];
  for (let stage = 1; fresh.length < SUGGESTIONS.least; stage += 1) {
    const candidates = stage === 1 ? items : items.map((item) => atStage(item, stage, brief));
    fresh.push(...candidates.filter((text) => !said.includes(text.toLowerCase())));
  }
  return fresh.slice(0, SUGGESTIONS.most);
}

/** The item as a later step, for a block that contains every other item already. */
function atStage(item: string, stage: number, { language }: Brief): string {
  return textsOf(language)
    .laterStage.replace('{n}', String(stage))
    .replace('{item}', () => item);
}

/** The first general item comes last: the items of an industry are often a special case of it. */
function itemsFor(block: Block, brief: Brief, random: Random) {
  const { ownItems, industries } = textsOf(brief.language);
  const [basic = '', ...others] = industries.general.items[block];
  const general =
    brief.industry === 'general'
      ? [basic, ...shuffled(random, others)]
      : [...shuffled(random, others), basic];
  const industry =
    brief.industry === 'general' ? [] : shuffled(random, industries[brief.industry].items[block]);
  return { own: ownItems[block], industry, general };
}

/** The text with the words of the brief in place of its variables. */
export function fill(text: string, { language, business, offer, audience, forAudience }: Brief): string {
  const words: Readonly<Record<string, string>> = { business, offer, audience, for: forAudience };
  const filled = text.replace(/\{(business|offer|audience|for)\}/g, (_, name: string) => words[name] ?? '');
  return text.includes('{business}') ? contracted(filled, readings[language].contractions) : filled;
}

function contracted(text: string, contractions: readonly (readonly [RegExp, string])[]): string {
  return contractions.reduce((mended, [seam, contraction]) => mended.replace(seam, contraction), text);
}

/** The text with a capital first letter. */
export function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
