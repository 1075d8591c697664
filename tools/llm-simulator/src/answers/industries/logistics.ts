import type { Industry } from './industry.ts';

export const logistics: Industry = {
  keywords:
    /\b(?:logistics?|deliver(?:y|ies)|shipping|freight|warehous(?:e|es|ing)|couriers?|transport(?:ation)?|fleet|trucks?|trucking|parcels?|supply chain|last[- ]mile|cargo|moving)\b/gi,
  offer: 'reliable transport from door to door',
  audience: 'companies that ship every day',
  items: {
    keyPartners: [
      'Carriers with spare capacity',
      'Vehicle lessors and charging networks',
      'Warehouse owners near city centres',
      'Shop systems that hand over orders',
    ],
    keyActivities: [
      'Planning routes and loads',
      'Providing {offer}',
      'Tracking consignments and telling customers',
      'Maintaining the fleet',
    ],
    valuePropositions: [
      'On time in ninety-eight of a hundred cases',
      'Live tracking without phone calls',
      'Prices that {audience} know beforehand',
      'Fewer empty kilometres and emissions',
    ],
    customerRelationships: [
      'A dispatcher who can be reached',
      'Self-service booking and claims',
      'Quarterly reviews with larger shippers',
      'Automatic notices when something is late',
    ],
    customerSegments: [
      'Online shops with daily parcels',
      'Manufacturers with just-in-time parts',
      'Wholesalers and grocers',
      'Households that move',
    ],
    keyResources: [
      'Vehicles and drivers',
      'Route planning software',
      'Depots close to customers',
      'Licences and insurance',
    ],
    channels: [
      'Direct sales to shippers',
      'Booking by website and API',
      'Freight exchanges',
      'Plug-ins for shop systems',
    ],
    costStructure: [
      'Drivers and dispatchers',
      'Fuel, electricity and tolls',
      'Vehicles and maintenance',
      'Depots, software and insurance',
    ],
    revenueStreams: [
      'Fees per consignment',
      'Monthly contracts with agreed volumes',
      'Surcharges for express and weekends',
      'Storage and packing services',
    ],
  },
};
