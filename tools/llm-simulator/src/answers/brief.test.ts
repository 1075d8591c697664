import { describe, expect, test } from 'vitest';
import { briefOf } from './brief.ts';

const said = (...texts: readonly string[]) => briefOf(texts.map((text) => ({ role: 'user', text })));

describe('the brief of a conversation', () => {
  test.each([
    [
      'Sunrise Bakery, a neighbourhood bakery in Lyon selling sourdough bread to commuters',
      'Sunrise Bakery',
      'food',
    ],
    [
      'A business model canvas as JSON for: a mobile app that helps dog owners find walkers',
      'the mobile app',
      'software',
    ],
    ['We run a second-hand book shop in Leeds', 'the second-hand book shop', 'retail'],
    ['TechFlow is a SaaS platform for invoice automation', 'TechFlow', 'software'],
    ['How can I grow an online yoga studio for new mothers?', 'the online yoga studio', 'health'],
    ['Business: Bright Minds, online tutoring for teenagers', 'Bright Minds', 'education'],
    [
      'Industry: logistics\n**Business description:** An eco-friendly courier service',
      'the eco-friendly courier service',
      'logistics',
    ],
    ['{"businessDescription": "A café called Blue Door"}', 'Blue Door', 'food'],
    [
      'Create a canvas for the following business:\n\nMoonlight Cinema — film nights in parks',
      'Moonlight Cinema',
      'general',
    ],
    ['<business>a kindergarten in the woods</business>', 'the kindergarten', 'education'],
    ['How can Sunrise Bakery, a bakery, win commuters?', 'Sunrise Bakery', 'food'],
    ['A coffee cart in New York City', 'the coffee cart', 'food'],
    ['', 'the business', 'general'],
  ])('finds the business in %j', (text, business, industry) => {
    expect(said(text)).toMatchObject({ business, industry });
  });

  test('knows the offer and the customers', () => {
    expect(said('A bakery selling sourdough bread to commuters in Lyon')).toMatchObject({
      offer: 'sourdough bread',
      audience: 'commuters',
    });
    expect(said('Business description: a bakery\nTarget market: night workers')).toMatchObject({
      audience: 'night workers',
    });
  });

  test.each([
    ['Un atelier qui répare des vélos pour les livreurs à Nantes', 'l’atelier', 'les livreurs'],
    ['Ein Großhandel mit Mehl für Lieferanten in Köln', 'dem Großhandel', 'Lieferanten'],
    ['为老年人提供上门理发服务的小团队', '小团队', '老年人'],
  ])('finds business and customers in %j', (text, business, audience) => {
    expect(said(text)).toMatchObject({ business, audience });
  });

  test.each([
    ['<business>A museum of failed products</business>', 'A museum of failed products'],
    [
      '<business>A repair café on wheels that visits small towns once a week.</business>',
      'A repair café on wheels that visits small towns once a week',
    ],
    [
      '<business>A bakery with version 2.0 of a mobile oven that parks before offices and schools, daily</business>',
      'A bakery with version 2.0 of a mobile oven that parks before offices and schools',
    ],
    ['Business: Bright Minds, online tutoring for teenagers', 'Bright Minds'],
    ['为老年人提供上门理发服务的小团队，周末也营业', '为老年人提供上门理发服务的小团队'],
    ['', 'the business'],
  ])('finds a title for %j', (text, title) => {
    expect(said(text).title).toBe(title);
  });

  test('reads the description from the instructions if the user gives none', () => {
    const messages = [
      { role: 'system', text: 'Business description: Harbour Brewery brews pale ale' },
      { role: 'user', text: 'Go on.' },
    ];
    expect(briefOf(messages).business).toBe('Harbour Brewery');
  });

  test('is not misled by instructions that mention canvases in general', () => {
    const messages = [
      { role: 'system', text: 'You write a business model canvas for entrepreneurs.' },
      { role: 'user', text: 'A vegan restaurant near the university' },
    ];
    expect(briefOf(messages).business).toBe('the vegan restaurant');
  });

  test('quotes a noun phrase whole or not at all', () => {
    const text = 'A tiny old friendly cheap clean bright warm bakery in Lisbon';
    expect(said(text).business).toBe('the business');
  });

  test.each(['é'.repeat(5_000), '𝒳'.repeat(5_000), `A bar called ${'É'.repeat(5_000)}`])(
    'limits the length of the name of a business',
    (content) => {
      expect(briefOf([{ role: 'user', text: content }]).business.length).toBeLessThan(70);
    },
  );

  test.each([
    ['Section: channels\nkeyPartners and more may follow', 'channels'],
    ['Improve the "Revenue Streams" of a bakery', 'revenueStreams'],
    ['section: key_activities', 'keyActivities'],
    ['A bakery', null],
  ])('finds the section in %j', (text, section) => {
    expect(said(text).section).toBe(section);
  });

  test('takes milliseconds, even for prompts designed to slow it down', () => {
    const started = performance.now();
    for (const unit of [
      'business: ',
      'for a ',
      'Aa ',
      '"business":"\\\\',
      'how ',
      ' ',
      'called A',
      '<business>',
    ])
      said(unit.repeat(20_000));
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});
