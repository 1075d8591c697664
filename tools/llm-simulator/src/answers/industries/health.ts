import type { Industry } from './industry.ts';

export const health: Industry = {
  keywords:
    /\b(?:health(?:care)?|medical|clinics?|patients?|doctors?|nurs(?:es?|ing)|hospitals?|therap(?:y|ists?)|dental|dentists?|wellness|fitness|gyms?|yoga|pharmac(?:y|ies)|mental|care|telemedicine|veterinary)\b/gi,
  offer: 'care that is easy to reach',
  audience: 'patients and their families',
  items: {
    keyPartners: [
      'Clinics and general practitioners who refer',
      'Insurers that reimburse {offer}',
      'Laboratories and pharmacies',
      'Professional associations and regulators',
    ],
    keyActivities: [
      'Providing {offer} by qualified staff',
      'Following up on results and wellbeing',
      'Protecting records and documenting consent',
      'Training staff in current guidelines',
    ],
    valuePropositions: [
      'Appointments within days, not months',
      'Qualified people who take time to listen',
      'Clear prices before treatment',
      'Progress that {audience} can see',
    ],
    customerRelationships: [
      'A personal contact through the whole treatment',
      'Reminders and follow-up messages',
      'Secure chat for short questions',
      'Support groups and information evenings',
    ],
    customerSegments: [
      'People with long-term conditions',
      'Working adults with little time',
      'Older people and those who care for them',
      'Employers that invest in wellbeing',
    ],
    keyResources: [
      'Licensed professionals',
      'Treatment rooms and certified equipment',
      'A secure record system',
      'A reputation among referring doctors',
    ],
    channels: [
      'Referrals by doctors and therapists',
      'Online booking',
      'Video appointments',
      'Employer and insurer programmes',
    ],
    costStructure: [
      'Salaries of qualified staff',
      'Rooms, equipment and maintenance',
      'Liability insurance and compliance',
      'Booking and record systems',
    ],
    revenueStreams: [
      'Fees per appointment',
      'Insurance reimbursements',
      'Memberships and prevention packages',
      'Contracts with employers',
    ],
  },
};
