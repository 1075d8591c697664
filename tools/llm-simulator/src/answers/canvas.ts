import { pick, type Random, shuffled } from '../random.ts';
import { type Block, blocks } from './blocks.ts';
import type { Brief } from './brief.ts';

/** A whole business model canvas. */
export type Canvas = Readonly<Record<Block, readonly string[]>>;

/** How many items of the industry join the one that names the business. */
const INDUSTRY_ITEMS = 3;
/** Suggestions that name the business, and as many from its industry. */
const SUGGESTIONS_OF_A_KIND = 2;

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

/** Four items for one block that the conversation does not hold yet; the first two name the business. */
export function suggestionsFor(block: Block, brief: Brief, random: Random): readonly string[] {
  const said = brief.said.toLowerCase();
  const industryItems = shuffled(random, brief.industry.items[block]);
  return [ownItems[block], industryItems].flatMap((items) => unsaid(items, said, brief));
}

/** Where everything was said already, the items return with a target for a later month. */
function unsaid(items: readonly string[], said: string, brief: Brief): readonly string[] {
  const fresh: string[] = [];
  for (let month = 0; fresh.length < SUGGESTIONS_OF_A_KIND; month += 1) {
    const texts = items.map(
      (item) => filled(item, brief) + (month > 0 ? `, with a target for month ${month}` : ''),
    );
    fresh.push(...texts.filter((text) => !said.includes(text.toLowerCase())));
  }
  return fresh.slice(0, SUGGESTIONS_OF_A_KIND);
}

function filled(item: string, { business, offer, audience }: Brief): string {
  const text = item.replace('{business}', business).replace('{offer}', offer).replace('{audience}', audience);
  return text.charAt(0).toUpperCase() + text.slice(1);
}
