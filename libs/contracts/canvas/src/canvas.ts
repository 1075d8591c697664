import { field } from '@valuecanvas/contracts-core';
import { modelName } from '@valuecanvas/contracts-llm-router';
import Type, { type Static } from 'typebox';

/** Nine blocks of a business model canvas, in the order in which they are usually filled. */
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

export const Section = Type.Enum(sections, { description: 'One of the nine blocks of the canvas.' });

export const blockOf = (description: string) =>
  Type.Array(Type.String({ minLength: 1, maxLength: 1_000 }), { maxItems: 50, description });

export const blockProperties = {
  keyPartners: blockOf('Partners and suppliers that the business depends on.'),
  keyActivities: blockOf('Activities that the business must do well.'),
  valuePropositions: blockOf('Benefits that customers get.'),
  customerRelationships: blockOf('Ways in which customers are won and retained.'),
  customerSegments: blockOf('Groups of customers that the business serves.'),
  keyResources: blockOf('Resources that the business needs.'),
  channels: blockOf('Ways in which customers are reached.'),
  costStructure: blockOf('Main costs of the business.'),
  revenueStreams: blockOf('Sources of revenue and forms of payment.'),
};

/** The nine blocks without other fields. */
export const Blocks = Type.Object(blockProperties, { description: 'The nine blocks of the canvas.' });
export type Blocks = Static<typeof Blocks>;

/** Matches text that is not blank, and has no NUL, which PostgreSQL cannot store. */
export const notBlank = '^\\s*[^\\s\\u0000][^\\u0000]*$';

export const businessDescription = Type.String({
  minLength: 3,
  maxLength: 5_000,
  pattern: notBlank,
  description: 'Description of the business in plain language.',
});
/** Maximum length of a title. A stored title is one line without white space at its ends. */
export const maxTitleLength = 120;

/** A title as the platform stores it. */
export const canvasTitle = Type.String({
  minLength: 1,
  maxLength: maxTitleLength,
  description: 'Title of the canvas, in one line.',
});
const industry = Type.String({
  minLength: 1,
  maxLength: 200,
  description: 'Industry of the business.',
});
const targetMarket = Type.String({
  minLength: 1,
  maxLength: 500,
  description: 'Target market of the business.',
});

export const variantKind = Type.String({
  minLength: 1,
  maxLength: 500,
  pattern: notBlank,
  description: 'Kind of variant: lean, premium, partnership, or your own words, such as "for schools only".',
});

export const Canvas = Type.Object(
  {
    id: field.uuid('Id of the canvas.'),
    userId: field.uuid('Owner of the canvas.'),
    title: Type.Optional(canvasTitle),
    businessDescription,
    industry: Type.Optional(industry),
    targetMarket: Type.Optional(targetMarket),
    variantOf: Type.Optional(
      field.uuid('Id of the canvas of which this one is a variant. Absent after that canvas was removed.'),
    ),
    variantKind: Type.Optional(variantKind),
    revision: field.ordinal('Number of the current revision.'),
    ...blockProperties,
    createdAt: field.timestamp('Time at which the canvas was created.'),
    updatedAt: field.timestamp('Time at which the current revision was created.'),
  },
  { title: 'Canvas', description: 'A business model canvas.' },
);
export type Canvas = Static<typeof Canvas>;

/** The canvas in `supabase/seed.sql`, which belongs to the demo user. */
export const sampleCanvasId = '019359c0-6000-7000-8000-000000000101';

export const canvasParams = Type.Object({ id: field.uuid('Id of the canvas.', sampleCanvasId) });

/** Model of a request that asks a model. */
export const chosenModel = Type.Optional(
  modelName(
    'A model that GET /v1/models lists. By default, a feature flag or the platform’s default model decides.',
  ),
);

/** Fields of every result that came from a prompt. */
export const promptFacts = {
  promptVersion: field.ordinal('Version of the prompt that was used.'),
  executionId: field.uuid('Id of the prompt execution, needed to rate the result.'),
};

/** Optional text, for which forms send an empty or blank text if their user leaves it out. */
const orBlank = (maxLength: number, description: string) =>
  Type.Optional(
    Type.String({
      maxLength,
      description: `${description} Blank text counts as absent.`,
    }),
  );

/** Words about the business that a user may leave out. */
export const optionalWords = {
  title: orBlank(
    maxTitleLength,
    'Title of the canvas. Line breaks become spaces, and white space at its ends is removed.',
  ),
  industry: orBlank(200, 'Industry of the business.'),
  targetMarket: orBlank(500, 'Target market of the business.'),
};

/** Fields of a canvas that only the platform sets. Requests may contain them, so that a canvas can be sent back as it came. */
export const platformFields = (description: string) => ({
  id: Type.Optional(Type.Unknown({ description })),
  userId: Type.Optional(Type.Unknown({ description })),
  variantOf: Type.Optional(Type.Unknown({ description })),
  variantKind: Type.Optional(Type.Unknown({ description })),
  createdAt: Type.Optional(Type.Unknown({ description })),
  updatedAt: Type.Optional(Type.Unknown({ description })),
});
