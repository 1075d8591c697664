import { type Blocks, type Finding, type Section, sections } from '@valuecanvas/contracts-canvas';
import { normalized, pairsOf, similarity } from '../comparison/similarity.ts';

/** A finding without its id and dismissal. */
export type FoundFault = Omit<Finding, 'id' | 'dismissal'>;
type FoundItem = Finding['items'][number];

/** Similarity from which two items of a block say the same. */
const duplicateFrom = 0.85;

/** A single word of at most this length is too little for an item. Longer ones are compounds, as in German or Finnish. */
const maxVagueLength = 14;

const maxWords = 40;
const maxSentences = 2;
const maxParts = 5;
const maxItemsInBlock = 12;

/** Length of a stem. Shorter words are articles and prepositions in most alphabets. */
const stemLength = 5;
/** A stem that occurs in more blocks than this says nothing about one item. */
const maxBlocksOfStem = 4;
/** Characters of an item in which stems are searched. */
const maxReadLength = 300;

const core: readonly Section[] = ['valuePropositions', 'customerSegments', 'revenueStreams'];

/**
 * Finds faults of a canvas that can be told from the texts alone. The rules use no word list: they compare characters, and
 * the words and sentences that Unicode segmentation finds, so that they apply to every language that ICU can segment.
 */
export function findByRules(blocks: Blocks): FoundFault[] {
  return [
    ...sections.flatMap((section) => missing(section, blocks[section])),
    ...sections.flatMap((section) => blocks[section].flatMap((item) => wording({ section, item }))),
    ...sections.flatMap((section) => crowded(section, blocks[section])),
    ...duplicates(blocks),
    ...orphans(blocks),
  ];
}

function fault(
  kind: Finding['kind'],
  severity: Finding['severity'],
  about: { readonly sections?: Section[]; readonly items?: FoundItem[] },
  message: string,
): FoundFault {
  const { items = [] } = about;
  const named = about.sections ?? [...new Set(items.map(({ section }) => section))];
  return { kind, severity, source: 'rule', sections: named, items, message };
}

function missing(section: Section, items: readonly string[]): FoundFault[] {
  if (items.some((item) => item.trim() !== '')) return [];
  const severity = core.includes(section) ? 'high' : 'medium';
  return [fault('missing', severity, { sections: [section] }, 'This block is empty.')];
}

const wordSegmenter = new Intl.Segmenter(undefined, { granularity: 'word' });
const sentenceSegmenter = new Intl.Segmenter(undefined, { granularity: 'sentence' });

const wordsIn = (text: string): string[] =>
  [...wordSegmenter.segment(text)].filter(({ isWordLike }) => isWordLike).map(({ segment }) => segment);

function wording(found: FoundItem): FoundFault[] {
  const { item } = found;
  const words = wordsIn(item);
  const letters = [...item.matchAll(/\p{L}/gu)].length;
  if (letters === 0 || (words.length <= 1 && letters <= maxVagueLength))
    return [fault('vague', 'low', { items: [found] }, 'A single word or number does not say what is meant.')];
  const sentences = [...sentenceSegmenter.segment(item)].filter(({ segment }) => /\p{L}/u.test(segment));
  const parts = item.split(/[,;/•|،؛、，；\n]/u).filter((part) => /\p{L}/u.test(part));
  if (words.length > maxWords || sentences.length > maxSentences || parts.length > maxParts)
    return [
      fault(
        'granularity',
        'low',
        { items: [found] },
        'This item holds several ideas. Give each its own item.',
      ),
    ];
  return [];
}

function crowded(section: Section, items: readonly string[]): FoundFault[] {
  if (items.length <= maxItemsInBlock) return [];
  const message = `This block has ${items.length} items. Keep the most important ones.`;
  return [fault('granularity', 'low', { sections: [section] }, message)];
}

/** Similar items in one block, and equal items in different blocks. */
function duplicates(blocks: Blocks): FoundFault[] {
  const all = sections.flatMap((section) =>
    blocks[section].map((item) => ({ section, item, text: normalized(item), pairs: pairsOf(item) })),
  );
  return all.flatMap((one, index) =>
    all
      .slice(index + 1)
      .filter(
        (other) =>
          one.text !== '' &&
          (other.text === one.text ||
            (other.section === one.section && similarity(one.pairs, other.pairs) >= duplicateFrom)),
      )
      .slice(0, 1)
      .map((other) => {
        const items = [one, other].map(({ section, item }) => ({ section, item }));
        return fault('duplicate', 'low', { items }, 'These items say the same.');
      }),
  );
}

/** Blocks in which a customer segment, or a revenue stream, has its counterpart. */
const counterparts: readonly {
  readonly section: Section;
  readonly needs: readonly Section[];
  readonly mentions: readonly Section[];
  readonly unmentioned: string;
}[] = [
  {
    section: 'customerSegments',
    needs: ['valuePropositions', 'revenueStreams'],
    mentions: ['valuePropositions', 'channels', 'customerRelationships', 'revenueStreams'],
    unmentioned:
      'No value proposition, channel, relationship or revenue stream has a word in common with this segment.',
  },
  {
    section: 'revenueStreams',
    needs: ['customerSegments', 'valuePropositions'],
    mentions: ['customerSegments', 'valuePropositions'],
    unmentioned: 'No segment or value proposition has a word in common with this revenue stream.',
  },
];

/**
 * An item is an orphan if a block that it needs is empty. If other items of its block share words with their counterparts,
 * an item that shares none is a possible orphan: texts can mean the same in other words.
 */
function orphans(blocks: Blocks): FoundFault[] {
  return counterparts.flatMap(({ section, needs, mentions, unmentioned }) => {
    const items = blocks[section].map((item) => ({ section, item }));
    const empty = needs.filter((needed) => blocks[needed].length === 0);
    if (items.length === 0) return [];
    if (empty.length > 0)
      return [
        fault(
          'orphan',
          'high',
          { sections: [section, ...empty], items },
          'These items have no counterpart: a block that they need is empty.',
        ),
      ];
    const common = commonStems(blocks);
    const there = new Set(mentions.flatMap((other) => [...stemsOfBlock(blocks[other])]));
    const alone = items.filter(({ item }) => {
      const stems = [...stemsIn(item)].filter((stem) => !common.has(stem));
      return stems.length > 0 && !stems.some((stem) => there.has(stem));
    });
    if (alone.length === items.length) return [];
    return alone.map((found) => fault('orphan', 'low', { items: [found] }, unmentioned));
  });
}

/** Scripts that write a word in few characters. */
const denseScript = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}]/u;

/**
 * Returns the stems of a text: runs of adjacent letters of its longer words. Forms of one word have a stem in common, such as
 * "family" and "families", also where a language adds its endings in front.
 */
function stemsIn(text: string): Set<string> {
  const stems = new Set<string>();
  for (const word of wordsIn(text.slice(0, maxReadLength)).map(normalized)) {
    const length = denseScript.test(word) ? 2 : stemLength;
    for (let at = 0; at + length <= word.length; at += 1) stems.add(word.slice(at, at + length));
  }
  return stems;
}

const stemsOfBlock = (items: readonly string[]): Set<string> =>
  new Set(items.flatMap((item) => [...stemsIn(item)]));

function commonStems(blocks: Blocks): ReadonlySet<string> {
  const counts = new Map<string, number>();
  for (const section of sections)
    for (const stem of stemsOfBlock(blocks[section])) counts.set(stem, (counts.get(stem) ?? 0) + 1);
  return new Set([...counts].filter(([, count]) => count > maxBlocksOfStem).map(([stem]) => stem));
}
