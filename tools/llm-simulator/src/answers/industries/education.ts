import type { Industry } from './industry.ts';

export const education: Industry = {
  keywords:
    /\b(?:educat(?:ion|ional)|schools?|students?|courses?|tutor(?:s|ing)?|teach(?:es|ers?|ing)?|learn(?:ers?|ing)?|universit(?:y|ies)|training|lessons?|classes|languages?|bootcamps?|kindergarten)\b/gi,
  offer: 'courses that lead to a result',
  audience: 'learners of all ages',
  items: {
    keyPartners: [
      'Schools and universities that recognise results',
      'Employers that hire graduates',
      'Subject experts and authors',
      'Public funding bodies',
    ],
    keyActivities: [
      'Designing the curriculum of {offer}',
      'Teaching small groups, live and online',
      'Assessing progress and giving feedback',
      'Finding and coaching teachers',
    ],
    valuePropositions: [
      'Progress that {audience} can measure',
      'Teachers with experience in the field',
      'Lessons that fit around work and family',
      'A certificate that employers know',
    ],
    customerRelationships: [
      'A mentor for every learner',
      'Weekly feedback on exercises',
      'An alumni community',
      'A free placement conversation',
    ],
    customerSegments: [
      'School pupils and their parents',
      'Adults who change careers',
      'Companies that train their staff',
      'Newcomers who learn the language',
    ],
    keyResources: [
      'Experienced teachers and mentors',
      'Course materials and exercises',
      'A learning platform',
      'Classrooms for practice days',
    ],
    channels: [
      'Open trial lessons',
      'Partner schools and employers',
      'A website with sample lessons',
      'Recommendations by graduates',
    ],
    costStructure: [
      'Fees for teachers and mentors',
      'Production of materials',
      'Learning platform and rooms',
      'Marketing before each term',
    ],
    revenueStreams: [
      'Course fees, payable in instalments',
      'Subscriptions to practice material',
      'Training contracts with companies',
      'Exam and certificate fees',
    ],
  },
};
