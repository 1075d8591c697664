/** The nine blocks of a business model canvas, in the order in which answers list them. */
export const blocks = [
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

export type Block = (typeof blocks)[number];

/** A whole business model canvas. */
export type Canvas = Readonly<Record<Block, readonly string[]>>;

const byLetters: ReadonlyMap<string, Block> = new Map(blocks.map((block) => [letters(block), block]));

/** The block with the name in any notation: keyPartners, key_partners, "Key Partners". */
export function blockNamed(name: string): Block | null {
  return byLetters.get(letters(name)) ?? null;
}

/** The blocks that a text mentions, in the order of the text. */
export function blocksIn(text: string): readonly Block[] {
  const found = blocks
    .map((block) => ({ block, at: text.search(patterns[block]) }))
    .filter(({ at }) => at >= 0);
  return found.sort((one, other) => one.at - other.at).map(({ block }) => block);
}

const patterns = Object.fromEntries(blocks.map((block) => [block, patternOf(block)])) as Record<
  Block,
  RegExp
>;

/** Reads a canvas from lines: the name of a block, followed by its items as a list. Blocks without items are empty. */
export function canvasIn(text: string): Canvas {
  const canvas = Object.fromEntries(blocks.map((block) => [block, []])) as unknown as Record<Block, string[]>;
  let items: string[] = [];
  for (const line of text.split('\n')) {
    const [, name = ''] = /^(\w+):\s*$/.exec(line) ?? [];
    const block = blockNamed(name);
    if (block) items = canvas[block];
    else if (line.startsWith('- ')) items.push(line.slice(2).trim());
  }
  return canvas;
}

function patternOf(block: Block): RegExp {
  return new RegExp(block.replace(/[A-Z]/g, '[\\s_-]?$&'), 'i');
}

function letters(name: string): string {
  return name.replace(/[^a-z]/gi, '').toLowerCase();
}
