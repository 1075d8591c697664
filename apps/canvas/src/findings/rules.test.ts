import { type Blocks, sections } from '@valuecanvas/contracts-canvas';
import { describe, expect, test } from 'vitest';
import { findByRules } from './rules.ts';

/** The sample canvas of the demo user, in which no rule finds anything. */
const bakery: Blocks = {
  keyPartners: ['Regional mills that supply stone-ground organic flour', 'A cargo bike workshop nearby'],
  keyActivities: ['Baking sourdough overnight in small batches', 'Riding the morning delivery rounds'],
  valuePropositions: [
    'Fresh sourdough at the door before breakfast, without queueing',
    'Orders that can be changed or paused until eight in the evening',
  ],
  customerRelationships: ['Weekly subscriptions that can be paused at any time'],
  customerSegments: [
    'Families within three kilometres who eat breakfast at home',
    'Small offices that provide breakfast',
    'Cafés without an oven of their own',
  ],
  keyResources: ['Two experienced sourdough bakers', 'Three electric cargo bikes'],
  channels: ['Orders through the own web shop', 'A stall at the Saturday market'],
  costStructure: ['Wages for night baking and morning delivery', 'Rent and energy of the bakehouse'],
  revenueStreams: ['Single orders with a delivery fee', 'Wholesale to cafés and offices'],
};

const found = (change: Partial<Blocks>) =>
  findByRules({ ...bakery, ...change }).map(({ kind, severity, sections: about, items }) => ({
    kind,
    severity,
    sections: about,
    items: items.map(({ item }) => item),
  }));

test('a coherent canvas has no findings', () => {
  expect(found({})).toEqual([]);
});

test('every block of an empty canvas is missing, and those without which there is no business most of all', () => {
  const nothing = Object.fromEntries(sections.map((section) => [section, []])) as unknown as Blocks;
  const findings = found(nothing);
  expect(findings.map(({ kind }) => kind)).toEqual(sections.map(() => 'missing'));
  expect(findings.filter(({ severity }) => severity === 'high').map(({ sections: about }) => about)).toEqual([
    ['valuePropositions'],
    ['customerSegments'],
    ['revenueStreams'],
  ]);
});

test.each(['Marketing', 'Werbung', '广告', 'الإعلان', 'रिसर्च', '???', '42', 'TBD'])(
  '%s alone is vague',
  (item) => {
    expect(found({ keyActivities: [item, 'Riding the morning delivery rounds'] })).toMatchObject([
      { kind: 'vague', items: [item] },
    ]);
  },
);

test.each([
  'Lastenradlieferung',
  'Print advertisements',
  '社交媒体广告',
  '駅前の店舗で販売する',
  'حملة إعلانية',
])('%s is not vague', (item) => {
  expect(found({ keyActivities: [item] })).toEqual([]);
});

test.each([
  'Sales, marketing, support, billing, training and returns, and hiring',
  'البيع، التسويق، الدعم، الفوترة، التدريب، التوظيف',
  '销售、市场、客服、财务、培训、招聘',
  'We bake at night. We deliver at dawn. We count at noon.',
])('%s holds several ideas', (item) => {
  expect(found({ keyActivities: [item] })).toMatchObject([{ kind: 'granularity', items: [item] }]);
});

test('a block with too many items is reported as a whole', () => {
  const channels = Array.from(
    { length: 13 },
    (_, at) => `${String.fromCodePoint(97 + at).repeat(6)} shop at street ${at}`,
  );
  expect(found({ channels }).filter(({ items }) => items.length === 0)).toEqual([
    { kind: 'granularity', severity: 'low', sections: ['channels'], items: [] },
  ]);
});

describe('duplicates', () => {
  test.each([
    ['A stall at the Saturday market', 'Stall at the Saturday market!'],
    ['Empfehlungen zufriedener Kunden', 'Empfehlung zufriedener Kunden'],
    ['在周六市场摆摊销售', '在周六市场摆摊销售。'],
  ])('%s and %s are the same', (one, other) => {
    expect(found({ channels: [one, other] })).toMatchObject([{ kind: 'duplicate', items: [one, other] }]);
  });

  test('are found across blocks only if the texts are equal', () => {
    const item = 'Three electric cargo bikes';
    expect(found({ keyActivities: [`${item}.`] })).toMatchObject([
      { kind: 'duplicate', sections: ['keyActivities', 'keyResources'] },
    ]);
    expect(found({ keyActivities: ['Three electric cargo bikes for rent'] })).toEqual([]);
  });
});

describe('orphans', () => {
  test('are all segments and streams if a block that they need is empty', () => {
    const findings = found({ valuePropositions: [] }).filter(({ kind }) => kind === 'orphan');
    expect(findings).toEqual([
      {
        kind: 'orphan',
        severity: 'high',
        sections: ['customerSegments', 'valuePropositions'],
        items: bakery.customerSegments,
      },
      {
        kind: 'orphan',
        severity: 'high',
        sections: ['revenueStreams', 'valuePropositions'],
        items: bakery.revenueStreams,
      },
    ]);
  });

  test.each([
    ['English', 'Hospitals with kitchens', bakery],
    [
      'Arabic',
      'المستشفيات الكبيرة',
      { ...bakery, customerSegments: ['مقاهي المدينة'], revenueStreams: ['بيع الخبز إلى المقاهي'] },
    ],
    [
      'Chinese',
      '大型医院食堂',
      { ...bakery, customerSegments: ['附近的咖啡馆'], revenueStreams: ['向咖啡馆批发面包'] },
    ],
  ])(
    'are segments in %s that share no word with the rest, if others do',
    (_, orphan, { customerSegments, revenueStreams }) => {
      const findings = found({ customerSegments: [...customerSegments, orphan], revenueStreams });
      expect(findings).toContainEqual({
        kind: 'orphan',
        severity: 'low',
        sections: ['customerSegments'],
        items: [orphan],
      });
      expect(
        findings.filter(({ kind, sections: [about] }) => kind === 'orphan' && about === 'customerSegments'),
      ).toHaveLength(1);
    },
  );

  test('are not guessed if no segment shares a word with the rest', () => {
    const customerSegments = ['Hospitals in town', 'Universities in town'];
    expect(found({ customerSegments }).map(({ sections: [about] }) => about)).not.toContain(
      'customerSegments',
    );
  });

  test('are found in bounded time', () => {
    const long = Array.from({ length: 50 }, (_, at) =>
      `${at} ${'qwertzuiopasdfghjkl yxcvbnm '.repeat(36)}`.slice(0, 1000),
    );
    const blocks = Object.fromEntries(sections.map((section) => [section, long])) as unknown as Blocks;
    const start = performance.now();
    findByRules(blocks);
    expect(performance.now() - start).toBeLessThan(5_000);
  });
});
