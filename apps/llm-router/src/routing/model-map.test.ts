import { expect, test } from 'vitest';
import type { Provider } from '../providers/provider.ts';
import { candidatesFor } from './model-map.ts';

const at = new Date('2026-06-01');
const provider = (settings: Partial<Provider>): { provider: Provider } => ({
  provider: {
    id: 'a',
    baseUrl: 'http://127.0.0.1/v1',
    apiKey: undefined,
    priceId: undefined,
    models: [],
    fallbackModel: undefined,
    ...settings,
  },
});
const first = provider({ id: 'first', models: ['big', 'small'] });
const second = provider({ id: 'second', models: ['other'], fallbackModel: 'other' });

const namesOf = (lines: { provider: Provider }[], model: string, offered: string[] = []) =>
  candidatesFor(lines, model, new Set(offered), at).map(({ line, model: own }) => [line.provider.id, own]);

test('who has a model serves it, and who has a fallback model serves that', () => {
  expect(namesOf([first, second], 'big')).toEqual([
    ['first', 'big'],
    ['second', 'other'],
  ]);
});

test('a provider without a fallback model is left out where it does not have the model', () => {
  expect(namesOf([first, second], 'other')).toEqual([['second', 'other']]);
});

test('providers are tried in their order', () => {
  expect(namesOf([second, first], 'small')).toEqual([
    ['second', 'other'],
    ['first', 'small'],
  ]);
});

test('a model that nobody knows is served by nobody, not even in place of another', () => {
  expect(namesOf([first, second], 'unheard-of')).toEqual([]);
});

test('a model that the platform offers is served in place of another where nobody has it', () => {
  expect(namesOf([first, second], 'offered', ['offered'])).toEqual([['second', 'other']]);
});

test('a provider serves what its price list sells, listed or not, at that price', () => {
  const openai = provider({ id: 'openai', priceId: 'openai' });
  const [candidate] = candidatesFor([openai], 'gpt-4o', new Set(), at);
  expect(candidate).toMatchObject({ model: 'gpt-4o', price: { input: 2_500_000n } });
});

test('a model without a price is not served where calls cost money', () => {
  const priced = provider({ id: 'openai', priceId: 'openai', models: ['unpriced'] });
  expect(namesOf([priced, second], 'unpriced')).toEqual([['second', 'other']]);
});
