import { type Section, sections } from '@valuecanvas/contracts-canvas';
import { titleOf } from '@valuecanvas/contracts-canvas/title';
import type { Heading, List, Paragraph, RootContent } from 'mdast';
import { toMarkdown as write } from 'mdast-util-to-markdown';
import type { CanvasContent } from '../canvases/canvas-content.ts';

export const headings: Readonly<Record<Section, string>> = {
  keyPartners: 'Key Partners',
  keyActivities: 'Key Activities',
  valuePropositions: 'Value Propositions',
  customerRelationships: 'Customer Relationships',
  customerSegments: 'Customer Segments',
  keyResources: 'Key Resources',
  channels: 'Channels',
  costStructure: 'Cost Structure',
  revenueStreams: 'Revenue Streams',
};

/** Writes a canvas as Markdown: the title, the description and a list for each block. Text of the canvas is escaped. */
export function toMarkdown(content: CanvasContent): string {
  const { businessDescription, industry, targetMarket, blocks } = content;
  const facts = [
    ...(industry === undefined ? [] : [`Industry: ${industry}`]),
    ...(targetMarket === undefined ? [] : [`Target market: ${targetMarket}`]),
  ];
  const children: RootContent[] = [
    heading(1, titleOf(content)),
    paragraph(businessDescription),
    ...(facts.length > 0 ? [list(facts)] : []),
    ...sections.flatMap((section): RootContent[] => [
      heading(2, headings[section]),
      blocks[section].length > 0 ? list(blocks[section]) : paragraph('–'),
    ]),
  ];
  return write({ type: 'root', children }, { bullet: '-' });
}

/** White space, line breaks included, has no meaning in a canvas. */
const text = (value: string) => ({ type: 'text' as const, value: value.replaceAll(/\s+/g, ' ').trim() });

const heading = (depth: Heading['depth'], value: string): Heading => ({
  type: 'heading',
  depth,
  children: [text(value)],
});

const paragraph = (value: string): Paragraph => ({ type: 'paragraph', children: [text(value)] });

const list = (items: readonly string[]): List => ({
  type: 'list',
  spread: false,
  children: items.map((item) => ({ type: 'listItem', spread: false, children: [paragraph(item)] })),
});
