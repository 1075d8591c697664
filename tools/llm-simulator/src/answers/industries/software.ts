import type { Industry } from './industry.ts';

export const software: Industry = {
  keywords:
    /\b(?:software|saas|apps?|platforms?|api|cloud|ai|data|developers?|mobile|automation|analytics|cybersecurity|web|digital|code|marketplace)\b/gi,
  offer: 'software that saves hours every week',
  audience: 'growing teams',
  items: {
    keyPartners: [
      'Cloud providers with start-up credits',
      'Integration partners whose tools {audience} already use',
      'Resellers and implementation consultants',
      'Security auditors and certification bodies',
    ],
    keyActivities: [
      'Developing and releasing {offer}',
      'Watching reliability around the clock',
      'Interviewing users every week',
      'Maintaining integrations and documentation',
    ],
    valuePropositions: [
      'Set up in minutes, without a consultant',
      'Hours of manual work saved each week',
      'Data that stays private and portable',
      'One place instead of five disconnected tools',
    ],
    customerRelationships: [
      'Guided onboarding inside the product',
      'A community forum with the developers in it',
      'Named success managers for larger accounts',
      'Public roadmap and release notes',
    ],
    customerSegments: [
      'Small companies without an IT department',
      'Mid-sized teams that outgrew spreadsheets',
      'Agencies that serve many clients',
      'Developers who build on the API',
    ],
    keyResources: [
      'An engineering team with domain knowledge',
      'The code base and its automated tests',
      'Usage data that shows what to improve',
      'A trusted brand for security',
    ],
    channels: [
      'A free trial on the website',
      'App stores and integration directories',
      'Technical articles and search',
      'Partner referrals',
    ],
    costStructure: [
      'Salaries for engineering and support',
      'Cloud hosting and third-party services',
      'Customer acquisition',
      'Security audits and compliance',
    ],
    revenueStreams: [
      'Monthly and yearly subscriptions',
      'Usage-based fees above the plan',
      'Onboarding and training packages',
      'Enterprise contracts with service levels',
    ],
  },
};
