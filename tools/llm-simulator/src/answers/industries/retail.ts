import type { Industry } from './industry.ts';

export const retail: Industry = {
  keywords:
    /\b(?:retail|shops?|stores?|boutique|e-?commerce|fashion|clothing|clothes|shoes|jewell?ery|furniture|toys?|books?|bookshop|second-?hand|cosmetics|gifts?|bicycles?|bikes?|florist|flowers)\b/gi,
  offer: 'a well-chosen range of goods',
  audience: 'shoppers who value quality',
  items: {
    keyPartners: [
      'Makers and wholesalers with short lead times',
      'Parcel carriers and pick-up points',
      'Payment providers',
      'Neighbouring shops for joint events',
    ],
    keyActivities: [
      'Choosing and buying {offer}',
      'Presenting goods in shop and web shop',
      'Packing, shipping and handling returns',
      'Advising customers',
    ],
    valuePropositions: [
      'A selection made for {audience}',
      'Advice from people who know the goods',
      'Easy returns within thirty days',
      'Repair and reuse instead of waste',
    ],
    customerRelationships: [
      'Personal advice in the shop and by chat',
      'A loyalty programme with early access',
      'Events for regular customers',
      'Fast, friendly complaint handling',
    ],
    customerSegments: [
      'Regulars from the neighbourhood',
      'Online buyers across the country',
      'Gift buyers before holidays',
      'Business customers with larger orders',
    ],
    keyResources: [
      'A shop in a good location',
      'Stock and supplier relations',
      'The web shop and its customer data',
      'Staff with product knowledge',
    ],
    channels: [
      'The shop itself',
      'A web shop with click and collect',
      'Social media with new arrivals',
      'Pop-up stands and fairs',
    ],
    costStructure: ['Purchase of goods', 'Rent and fittings', 'Wages', 'Shipping, returns and payment fees'],
    revenueStreams: [
      'Sales of {offer}',
      'Online sales with shipping',
      'Repairs and services',
      'Gift cards and business orders',
    ],
  },
};
