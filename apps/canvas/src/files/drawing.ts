import { type Section, sections } from '@valuecanvas/contracts-canvas';
import { oneLine, titleOf } from '@valuecanvas/contracts-canvas/title';
import type { CanvasContent } from '../canvases/canvas-content.ts';
import { headings } from './markdown.ts';

export type DrawnFormat = 'svg' | 'png' | 'pdf';
export type Paper = 'a4' | 'a3' | 'letter';

/** Text with the direction and the language of its letters. */
interface Line {
  readonly text: string;
  readonly rtl: boolean;
  readonly lang: string;
}

interface Part {
  readonly name: string;
  readonly wide: boolean;
  readonly tall: boolean;
  readonly accent: boolean;
  readonly items: readonly Line[];
  /** Items that are left out because they cannot fit. */
  readonly hidden: number;
}

/** Input of the template `canvas.typ`. */
interface PageData {
  /** Points, landscape. */
  readonly width: number;
  readonly height: number;
  readonly title: string;
  readonly heading: Omit<Line, 'text'>;
  readonly subtitle: Line;
  readonly description: string;
  readonly facts: string;
  readonly blocks: readonly Part[];
  /** True if all items follow as a list where the blocks are too small for them. */
  readonly list: boolean;
  readonly all: readonly { readonly name: string; readonly items: readonly Line[] }[];
}

/** A request to the drawing process. */
export interface Drawing {
  readonly format: DrawnFormat;
  readonly page: PageData;
  /** The whole text of the canvas. */
  readonly description: string;
  /** Unix time in seconds. */
  readonly createdAt: number;
}

/** The answer of the drawing process. */
export interface DrawnFile {
  readonly content: Uint8Array;
  /** Memory of the process after the file. */
  readonly residentBytes: number;
  /** Reason why the PDF does not conform to PDF/UA-1. */
  readonly nonConforming?: string;
}

const papers: Readonly<Record<Paper, readonly [number, number]>> = {
  a4: [841.89, 595.276],
  a3: [1_190.551, 841.89],
  letter: [792, 612],
};

/** A block holds fewer characters at the smallest size. Bounds the work of finding what fits. */
const maxCharacters = 2_500;

export function drawingOf(
  content: CanvasContent,
  facts: { readonly revision: number; readonly updatedAt: Date },
  format: DrawnFormat,
  paper: Paper,
): Drawing {
  const [width, height] = papers[paper];
  const title = titleOf(content);
  const subtitle = [content.industry, content.targetMarket].filter((words) => words !== undefined);
  const all = sections.map((section) => ({
    name: headings[section],
    items: content.blocks[section].map(lineOf),
  }));
  const list = format === 'pdf';
  const date = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' }).format(
    facts.updatedAt,
  );
  return {
    format,
    description: wholeText(content),
    createdAt: Math.floor(facts.updatedAt.getTime() / 1_000),
    page: {
      width,
      height,
      title,
      heading: scriptOf(title),
      subtitle: lineOf(subtitle.join(' · ')),
      description: oneLine(content.businessDescription),
      facts: `Revision ${facts.revision} · ${date}`,
      blocks: all.map((part, index) => partOf(sections[index] as Section, part)),
      list,
      all: list ? all : [],
    },
  };
}

function partOf(section: Section, { name, items }: { name: string; items: readonly Line[] }): Part {
  let characters = 0;
  const end = items.findIndex(({ text }) => {
    characters += text.length;
    return characters > maxCharacters;
  });
  const shown = end === -1 ? items : items.slice(0, end);
  return {
    name,
    wide: section === 'costStructure' || section === 'revenueStreams',
    tall: section === 'keyPartners' || section === 'valuePropositions' || section === 'customerSegments',
    accent: section === 'valuePropositions',
    items: shown,
    hidden: items.length - shown.length,
  };
}

function lineOf(value: string): Line {
  const text = oneLine(value);
  return { text: breakable(text), ...scriptOf(text) };
}

/** The direction of the first letter decides, as `dir="auto"` does on the page. */
function scriptOf(text: string): Omit<Line, 'text'> {
  const letter = /\p{L}/u.exec(text)?.[0] ?? '';
  const rtl = /[\p{Script=Arabic}\p{Script=Hebrew}]/u.test(letter);
  if (rtl) return { rtl, lang: /\p{Script=Hebrew}/u.test(letter) ? 'he' : 'ar' };
  if (/[\p{Script=Hiragana}\p{Script=Katakana}]/u.test(text)) return { rtl, lang: 'ja' };
  if (/\p{Script=Hangul}/u.test(text)) return { rtl, lang: 'ko' };
  return { rtl, lang: /\p{Script=Han}/u.test(text) ? 'zh' : 'en' };
}

const longWord =
  /[^\s\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}]{31,}/gu;
const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** Lets long words break after every 10 characters, with spaces of no width. */
function breakable(text: string): string {
  return text.replaceAll(longWord, (word) =>
    [...graphemes.segment(word)]
      .map(({ segment }, index) => (index > 0 && index % 10 === 0 ? `\u200B${segment}` : segment))
      .join(''),
  );
}

function wholeText({ businessDescription, blocks }: CanvasContent): string {
  const parts = sections.map((section) =>
    [headings[section], ...blocks[section].map((item) => `- ${oneLine(item)}`)].join('\n'),
  );
  return [oneLine(businessDescription), ...parts].join('\n\n');
}
