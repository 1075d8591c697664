import { field } from '@valuecanvas/contracts-core';
import Type, { type Static } from 'typebox';

/** The nine blocks of a business model canvas, in the order in which people fill them. */
export const sections = [
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
export type Section = (typeof sections)[number];

export const Section = Type.Enum(sections, { description: 'One of the nine blocks.' });

const block = (description: string) =>
  Type.Array(Type.String({ minLength: 1, maxLength: 1_000 }), { maxItems: 50, description });

export const blockProperties = {
  keyPartners: block('Who helps the business to work.'),
  keyActivities: block('What the business must do well.'),
  valuePropositions: block('What customers get out of it.'),
  customerRelationships: block('How customers are won and kept.'),
  customerSegments: block('For whom value is created.'),
  keyResources: block('What the business needs to have.'),
  channels: block('How customers are reached.'),
  costStructure: block('What costs most.'),
  revenueStreams: block('What customers pay for, and how.'),
};

/** The nine blocks alone. */
export const Blocks = Type.Object(blockProperties, { description: 'The nine blocks.' });
export type Blocks = Static<typeof Blocks>;

export const businessDescription = Type.String({
  minLength: 3,
  maxLength: 5_000,
  // Not all of it blank; NUL can be stored in no text.
  pattern: '^\\s*[^\\s\\u0000][^\\u0000]*$',
  description: 'What the business does, in plain words.',
});
export const industry = Type.String({
  minLength: 1,
  maxLength: 200,
  description: 'Industry of the business.',
});
export const targetMarket = Type.String({
  minLength: 1,
  maxLength: 500,
  description: 'Market that it aims at.',
});

export const Canvas = Type.Object(
  {
    id: field.uuid('Id of the canvas.'),
    userId: field.uuid('Owner of the canvas.'),
    businessDescription,
    industry: Type.Optional(industry),
    targetMarket: Type.Optional(targetMarket),
    revision: field.ordinal('Number of the current revision.'),
    ...blockProperties,
    createdAt: field.timestamp('When the canvas was made.'),
    updatedAt: field.timestamp('When its current revision was made.'),
  },
  { title: 'Canvas', description: 'A business model canvas.' },
);
export type Canvas = Static<typeof Canvas>;

export const canvasParams = Type.Object({ id: field.uuid('Id of the canvas.') });

/** What every answer that came out of a prompt says about it. */
export const promptFacts = {
  promptVersion: field.ordinal('Version of the prompt that was used.'),
  executionId: field.uuid('Execution of the prompt: feedback goes to it.'),
};
