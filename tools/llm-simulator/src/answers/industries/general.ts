import type { Industry } from './industry.ts';

/** For businesses that no other industry's keywords describe. */
export const general: Industry = {
  keywords: /(?!)/g,
  offer: 'a service that solves a real problem',
  audience: 'customers who are short of time',
  items: {
    keyPartners: [
      'Suppliers with reliable quality',
      'Local associations and chambers',
      'Complementary businesses that refer customers',
      'Freelancers for peak times',
    ],
    keyActivities: [
      'Delivering {offer}',
      'Winning and advising customers',
      'Improving quality from feedback',
      'Planning people and material',
    ],
    valuePropositions: [
      'A result that {audience} can rely on',
      'One contact from question to delivery',
      'Fair prices known beforehand',
      'Faster than doing it oneself',
    ],
    customerRelationships: [
      'Personal contact with the founders',
      'Follow-up after every order',
      'A newsletter with useful advice',
      'Rewards for recommendations',
    ],
    customerSegments: [
      'Private households in the region',
      'Small and mid-sized companies',
      'Public institutions',
      'First-time buyers who need guidance',
    ],
    keyResources: [
      'Skilled people',
      'Know-how and proven methods',
      'Equipment and premises',
      'A good name in the region',
    ],
    channels: [
      'A clear website with booking',
      'Recommendations by customers',
      'Local events and fairs',
      'Partners who resell',
    ],
    costStructure: [
      'Wages and fees',
      'Material and equipment',
      'Rent, energy and insurance',
      'Marketing and software',
    ],
    revenueStreams: [
      'Sales of {offer}',
      'Service contracts by the month',
      'Consulting by the hour',
      'Add-ons and upgrades',
    ],
  },
};
