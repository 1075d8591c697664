import { pick, type Random, shuffled } from '../random.ts';
import { type Block, blocks } from './blocks.ts';
import type { Brief } from './brief.ts';

/** A whole business model canvas. */
export type Canvas = Readonly<Record<Block, readonly string[]>>;

/** How many items of the industry join the one that names the business. */
const INDUSTRY_ITEMS = 3;

/** Each of these names the business, so that no block could be anybody's. */
const ownItems: Readonly<Record<Block, readonly string[]>> = {
  keyPartners: ['Suppliers that know what {business} needs', 'Partners that bring {audience} to {business}'],
  keyActivities: ['Running {business} day by day', 'Making {business} known for {offer}'],
  valuePropositions: ['{business} gives {audience} {offer}', 'What sets {business} apart: {offer}'],
  customerRelationships: ['People at {business} who answer in person', 'A loyal circle around {business}'],
  customerSegments: [
    'First of all for {business}: {audience}',
    'Those who already ask {business} for {offer}',
  ],
  keyResources: ['The team and the good name of {business}', 'What {business} knows about {offer}'],
  channels: ['The website and newsletter of {business}', 'Recommendations by those who know {business}'],
  costStructure: ['Fixed costs of running {business}', 'What {business} spends to reach {audience}'],
  revenueStreams: ['What {audience} pay {business} for {offer}', 'Regular income of {business} from {offer}'],
};

/** The nine blocks for the business of the brief: several items each, one of which names it. */
export function canvasFor(brief: Brief, random: Random): Canvas {
  return Object.fromEntries(blocks.map((block) => [block, blockFor(block, brief, random)])) as Canvas;
}

/** One block for the business of the brief; its first item names it. */
export function blockFor(block: Block, brief: Brief, random: Random): readonly string[] {
  const own = pick(random, ownItems[block]);
  const common = shuffled(random, brief.industry.items[block]).slice(0, INDUSTRY_ITEMS);
  return [own, ...common].map((item) => filled(item, brief));
}

/** Items for one block that the conversation does not hold yet, at least one. */
export function suggestionsFor(block: Block, brief: Brief, random: Random): readonly string[] {
  const candidates = [...ownItems[block], ...shuffled(random, brief.industry.items[block])];
  const items = candidates.map((item) => filled(item, brief));
  const fresh = items.filter((item) => !brief.said.includes(item));
  return fresh.length > 0 ? fresh : items.map((item) => `${item}, measured every month`);
}

function filled(item: string, { business, offer, audience }: Brief): string {
  const text = item.replace('{business}', business).replace('{offer}', offer).replace('{audience}', audience);
  return text.charAt(0).toUpperCase() + text.slice(1);
}
