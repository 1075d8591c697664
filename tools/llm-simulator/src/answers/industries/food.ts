import type { Industry } from './industry.ts';

export const food: Industry = {
  keywords:
    /\b(?:food|baker(?:y|ies)|bread|sourdough|pastr(?:y|ies)|cakes?|restaurants?|coffee|kitchens?|meals?|catering|brewer(?:y|ies)|beer|wine|pizza|chefs?|vegan|farm|snacks?|chocolate|tea|juice)\b|\bcaf[eé]/gi,
  offer: 'fresh food made daily',
  audience: 'people who live and work nearby',
  items: {
    keyPartners: [
      'Local farms and mills with agreed harvests',
      'Delivery platforms that carry {offer}',
      'Cafés and grocers nearby that resell {offer}',
      'Equipment lessors for ovens and cold storage',
    ],
    keyActivities: [
      'Preparing {offer} every day',
      'Testing seasonal recipes with regular guests',
      'Keeping hygiene records and allergen labels',
      'Planning quantities to keep waste below five percent',
    ],
    valuePropositions: [
      'Freshness that {audience} can taste',
      'Honest ingredients with a known origin',
      'Order ahead and collect without a queue',
      'A warm place to meet, early and late',
    ],
    customerRelationships: [
      'Greeting regulars by name',
      'A stamp card that rewards every tenth visit',
      'Tasting evenings and open-kitchen days',
      'Quick answers to allergy questions',
    ],
    customerSegments: [
      'Families who buy for the weekend',
      'Offices that order breakfast and lunch',
      'Guests with dietary needs',
      'Visitors looking for something local',
    ],
    keyResources: [
      'A team of trained bakers and cooks',
      'A kitchen with ovens and cold storage',
      'Tested recipes and starter cultures',
      'A shop window on a busy street',
    ],
    channels: [
      'The counter in the shop',
      'Preorders by website and phone',
      'A stall at the weekly market',
      'Delivery within three kilometres',
    ],
    costStructure: [
      'Flour, dairy and other ingredients',
      'Wages for early and late shifts',
      'Rent and energy for kitchen and shop',
      'Packaging, delivery fees and waste',
    ],
    revenueStreams: [
      'Sales of {offer} over the counter',
      'Standing orders from offices and cafés',
      'Catering for events',
      'Workshops and gift vouchers',
    ],
  },
};
