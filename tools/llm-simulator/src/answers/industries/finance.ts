import type { Industry } from './industry.ts';

export const finance: Industry = {
  keywords:
    /\b(?:financ(?:e|ial)|fintech|bank(?:s|ing)?|payments?|insurance|invest(?:ing|ments?|ors?)|loans?|credit|accounting|bookkeeping|tax(?:es)?|pensions?|wealth|crypto)\b/gi,
  offer: 'financial services in plain words',
  audience: 'people and small firms who want clarity',
  items: {
    keyPartners: [
      'A licensed bank or insurer as carrier',
      'Payment networks',
      'Identity and fraud-check providers',
      'Accountants and advisers who recommend',
    ],
    keyActivities: [
      'Building and running {offer}',
      'Assessing risk and preventing fraud',
      'Reporting to the supervisor',
      'Explaining money matters in plain language',
    ],
    valuePropositions: [
      'Fees shown before every decision',
      'Opened in minutes, with a person to ask',
      'Overview across all accounts',
      'Advice without commissions',
    ],
    customerRelationships: [
      'Self-service with a person one call away',
      'Yearly conversations about goals',
      'Alerts before something gets expensive',
      'Transparent handling of complaints',
    ],
    customerSegments: [
      'Freelancers and small companies',
      'Young adults with a first income',
      'Families who plan ahead',
      'Associations and foundations',
    ],
    keyResources: [
      'Licence and compliance expertise',
      'Risk models and transaction data',
      'A secure platform',
      'The trust of {audience}',
    ],
    channels: ['A mobile app', 'Comparison portals', 'Advisers and accountants', 'Articles and calculators'],
    costStructure: [
      'Compliance and licence fees',
      'Technology and security',
      'Defaults and fraud losses',
      'Customer service and acquisition',
    ],
    revenueStreams: [
      'Monthly account fees',
      'Interest margin',
      'Fees per transaction',
      'Premium advice packages',
    ],
  },
};
