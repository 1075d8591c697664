import type { Blocks } from '../canvas/blocks.ts';

/** The sample canvas of `supabase/seed.sql`, shown on the start page. */
export const sampleBlocks: Blocks = {
  keyPartners: [
    'Regional mills that supply stone-ground organic flour',
    'Cafés that sell the bread of the day on commission',
    'A cargo bike workshop that keeps the bikes on the road',
  ],
  keyActivities: [
    'Baking sourdough overnight in small batches',
    'Planning and riding the morning delivery rounds',
    'Looking after subscriptions and changed orders',
  ],
  valuePropositions: [
    'Fresh sourdough at the door before breakfast, without queueing',
    'Bread from regional flour with four ingredients',
    'Orders that can be changed or paused until eight in the evening',
  ],
  customerRelationships: [
    'Weekly subscriptions that can be paused at any time',
    'A note from the baker with each new bread',
    'Open bakery on the first Saturday of the month',
  ],
  customerSegments: [
    'Families within three kilometres who eat breakfast at home',
    'Small offices that provide breakfast',
    'Cafés without an oven of their own',
  ],
  keyResources: [
    'Two experienced sourdough bakers',
    'A deck oven and a cold room for slow fermentation',
    'Three electric cargo bikes',
  ],
  channels: [
    'Orders through the own web shop',
    'Direct delivery by cargo bike',
    'A stall at the Saturday market',
  ],
  costStructure: [
    'Wages for night baking and morning delivery',
    'Organic flour and other ingredients',
    'Rent and energy of the bakehouse',
  ],
  revenueStreams: [
    'Weekly bread subscriptions, paid monthly in advance',
    'Single orders with a delivery fee',
    'Wholesale to cafés and offices',
  ],
};
