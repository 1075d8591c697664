import { describe, expect, test } from 'vitest';
import { createRandom } from '../random.ts';
import { tokensOf } from '../tokens.ts';
import { type Block, blocks } from './blocks.ts';
import { type Brief, briefOf } from './brief.ts';
import { canvasFor, suggestionsFor } from './canvas.ts';
import { type LanguageCode, languageCodes, textsOf } from './language.ts';
import { paragraphFor, reasoningFor } from './paragraph.ts';

interface Sample {
  readonly description: string;
  readonly business: string;
  readonly offer: string;
  readonly audience: string;
  readonly script: RegExp;
}

const latin = /\p{Script=Latin}/u;
const samples: Readonly<Record<LanguageCode, Sample>> = {
  en: {
    description: 'Sunrise Bakery, a neighbourhood bakery selling sourdough bread to commuters',
    business: 'Sunrise Bakery',
    offer: 'sourdough bread',
    audience: 'commuters',
    script: latin,
  },
  zh: {
    description: '一家位于成都的川菜小馆，为上班族提供健康的外卖午餐。',
    business: '川菜小馆',
    offer: '健康的外卖午餐',
    audience: '上班族',
    script: /\p{Script=Han}/u,
  },
  hi: {
    description: 'जयपुर में टिफ़िन की सेवा, जो दफ़्तर के कर्मचारियों के लिए घर का बना खाना पहुँचाती है',
    business: 'टिफ़िन की सेवा',
    offer: 'घर का बना खाना',
    audience: 'दफ़्तर के कर्मचारियों',
    script: /\p{Script=Devanagari}/u,
  },
  es: {
    description: 'Un café pequeño que vende pan casero para oficinas en Bogotá',
    business: 'el café pequeño',
    offer: 'pan casero',
    audience: 'oficinas',
    script: latin,
  },
  fr: {
    description: 'Une école de cuisine à Lyon qui propose des cours du soir pour les jeunes parents',
    business: 'l’école de cuisine',
    offer: 'des cours du soir',
    audience: 'les jeunes parents',
    script: latin,
  },
  ar: {
    description: 'مخبز في بيروت يبيع الخبز الطازج للعائلات في الحي',
    business: 'المخبز',
    offer: 'الخبز الطازج',
    audience: 'للعائلات',
    script: /\p{Script=Arabic}/u,
  },
  bn: {
    description: 'ঢাকায় ঘরে তৈরি খাবারের সেবা, যা অফিস কর্মীদের জন্য দুপুরের খাবার পৌঁছে দেয়',
    business: 'ঘরে তৈরি খাবারের সেবা',
    offer: 'দুপুরের খাবার',
    audience: 'অফিস কর্মীদের',
    script: /\p{Script=Bengali}/u,
  },
  pt: {
    description: 'Uma padaria que entrega pão de fermentação natural para escritórios em São Paulo',
    business: 'a padaria',
    offer: 'pão de fermentação natural',
    audience: 'escritórios',
    script: latin,
  },
  ru: {
    description: 'Кофейня «Уют» в центре Казани, которая продаёт свежую выпечку для студентов',
    business: '«Уют»',
    offer: 'свежую выпечку',
    audience: 'студентов',
    script: /\p{Script=Cyrillic}/u,
  },
  ur: {
    description: 'لاہور میں ایک آن لائن بک شاپ جو طلبہ کے لیے پرانی کتابیں فروخت کرتی ہے',
    business: 'آن لائن بک شاپ',
    offer: 'پرانی کتابیں',
    audience: 'طلبہ',
    script: /\p{Script=Arabic}/u,
  },
  id: {
    description: 'Warung kopi di Bandung yang menjual kopi lokal untuk mahasiswa',
    business: 'warung kopi',
    offer: 'kopi lokal',
    audience: 'mahasiswa',
    script: latin,
  },
  de: {
    description: 'Eine kleine Bäckerei, die Sauerteigbrot per Lastenrad an Familien liefert',
    business: 'der kleinen Bäckerei',
    offer: 'Sauerteigbrot',
    audience: 'Familien',
    script: latin,
  },
  ja: {
    description: '京都の抹茶カフェ。観光客に手作りの和菓子を提供します。',
    business: '京都の抹茶カフェ',
    offer: '手作りの和菓子',
    audience: '観光客',
    script: /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u,
  },
};

const describing = (description: string, said = ''): Brief =>
  briefOf([{ role: 'user', text: `<business_description>${description}</business_description>${said}` }]);

/** Limits of the prompts that every deployment starts with. */
const MAX_CANVAS_TOKENS = 2_000;
const MAX_REFINEMENT_TOKENS = 1_000;
const unfilled = /[{}]|undefined|null/;
const fieldName = new RegExp(blocks.filter((block) => /[A-Z]/.test(block)).join('|'));

describe.each(Object.entries(samples) as [LanguageCode, Sample][])('an answer in %s', (code, sample) => {
  const brief = describing(sample.description);
  const canvas = canvasFor(brief, createRandom(1));
  const { script } = sample;

  test('reads the business, its offer and its customers', () => {
    const { business, offer, audience } = sample;
    expect(brief).toMatchObject({ language: code, business, offer, audience });
  });

  test('fills every block with different whole items in that language', () => {
    for (const block of blocks) {
      const items = canvas[block];
      expect(items).toHaveLength(4);
      expect(new Set(items).size).toBe(items.length);
      for (const item of items) {
        expect(item).toMatch(script);
        expect(item).not.toMatch(unfilled);
        expect(item).not.toMatch(fieldName);
      }
    }
    expect(tokensOf(JSON.stringify(canvas))).toBeLessThan(MAX_CANVAS_TOKENS);
  });

  test('uses the words of the description', () => {
    const words = [sample.business, sample.offer, sample.audience].map((word) => word.toLowerCase());
    const used = blocks.filter((block) =>
      words.some((word) => canvas[block][0]?.toLowerCase().includes(word)),
    );
    // A contraction may swallow the article of the business: "del café", "vom Hotel".
    expect(used.length).toBeGreaterThanOrEqual(4);
  });

  test.each(blocks)('refines %s with new items and reasons', (block: Block) => {
    const again = describing(sample.description, canvas[block].join('\n'));
    const suggestions = suggestionsFor(block, again, createRandom(2));
    const reasoning = reasoningFor(again, block);
    expect(new Set([...canvas[block], ...suggestions]).size).toBe(8);
    for (const text of [...suggestions, reasoning]) {
      expect(text).toMatch(script);
      expect(text).not.toMatch(unfilled);
      expect(text).not.toMatch(fieldName);
    }
    expect(tokensOf(JSON.stringify({ suggestions, reasoning }))).toBeLessThan(MAX_REFINEMENT_TOKENS);
  });

  test('answers a question about the business, and says so if there is none', () => {
    expect(paragraphFor(brief, createRandom(3))).toMatch(script);
    const none = paragraphFor({ ...brief, describesBusiness: false, question: 'X9' }, createRandom(3));
    expect(none).toContain('X9');
    expect(none).toContain('TOGETHER_API_KEY');
    expect(none).not.toMatch(unfilled);
  });
});

describe('the texts of the languages', () => {
  test('cover every language with a sample', () => {
    expect(Object.keys(samples).toSorted()).toEqual([...languageCodes].toSorted());
  });

  test.each(languageCodes)('name only variables that are filled in %s', (code) => {
    const variables = JSON.stringify(textsOf(code)).match(/\{[a-z]+\}/g) ?? [];
    const known = '{business} {offer} {audience} {for} {x} {n} {item} {title} {value} {channel} {question}';
    expect(known.split(' ')).toEqual(expect.arrayContaining(variables));
  });

  test.each(languageCodes)('offer each item of a block once in %s', (code) => {
    const { ownItems, industries } = textsOf(code);
    const { general, ...others } = industries;
    for (const block of blocks) {
      for (const { items } of Object.values(others)) {
        const all = [...ownItems[block], ...items[block], ...general.items[block]];
        expect(new Set(all).size).toBe(all.length);
      }
    }
  });
});
