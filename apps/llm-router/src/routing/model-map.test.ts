import { expect, test } from 'vitest';
import type { Provider } from '../providers/provider.ts';
import { providerInTest } from '../providers/test-support/provider-in-test.ts';
import { candidatesFor, createModelMap, needsOf } from './model-map.ts';

const at = new Date('2026-06-01');
const provider = (settings: Partial<Provider>) => ({ provider: providerInTest(settings) });
const first = provider({ id: 'first', models: ['big', 'small'] });
const second = provider({ id: 'second', models: ['other'], fallbackModel: 'other' });

const namesOf = (clients: { provider: Provider }[], model: string, offered: string[] = []) =>
  candidatesFor(clients, model, new Set(offered), at).map(({ client, model: own }) => [
    client.provider.id,
    own,
  ]);

test('a provider with the model serves it, and a provider with a fallback model serves that', () => {
  expect(namesOf([first, second], 'big')).toEqual([
    ['first', 'big'],
    ['second', 'other'],
  ]);
});

test('a provider that has neither the model nor a fallback model is not a candidate', () => {
  expect(namesOf([first, second], 'other')).toEqual([['second', 'other']]);
});

test('a provider that has the model comes before one that substitutes, whatever their order', () => {
  expect(namesOf([second, first], 'small')).toEqual([
    ['first', 'small'],
    ['second', 'other'],
  ]);
});

test('providers that have the model follow the provider order, and so do those that substitute', () => {
  const [third, fourth] = [
    provider({ ...first.provider, id: 'third' }),
    provider({ ...second.provider, id: 'fourth' }),
  ];
  expect(namesOf([fourth, third, second, first], 'small').map(([id]) => id)).toEqual([
    'third',
    'first',
    'fourth',
    'second',
  ]);
});

test('an unknown model has no candidates, not even with fallback models', () => {
  expect(namesOf([first, second], 'unheard-of')).toEqual([]);
});

test('an offered model that no provider has is served by fallback models', () => {
  expect(namesOf([first, second], 'offered', ['offered'])).toEqual([['second', 'other']]);
});

test('the provider receives its own name of the model, whichever name the caller used', () => {
  const groq = provider({ id: 'groq', models: ['llama'], modelNames: { llama: 'llama-8b-instant' } });
  expect(namesOf([groq], 'llama')).toEqual([['groq', 'llama-8b-instant']]);
  expect(namesOf([groq], 'llama-8b-instant')).toEqual([['groq', 'llama-8b-instant']]);
});

test('a provider serves every model of its price list, configured or not, at that price', () => {
  const openai = provider({ id: 'openai', priceId: 'openai' });
  const [candidate] = candidatesFor([openai], 'gpt-4o', new Set(), at);
  expect(candidate).toMatchObject({ model: 'gpt-4o', price: { input: 2_500_000n } });
});

test('a provider serves every model with a configured price, at that price', () => {
  const own = provider({ id: 'own', prices: { llama: { input: 1, output: 2 } } });
  const [candidate] = candidatesFor([own], 'llama', new Set(), at);
  expect(candidate).toMatchObject({ model: 'llama', price: { input: 1_000_000n, output: 2_000_000n } });
});

test('a model without a price is not served if calls cost money', () => {
  const priced = provider({ id: 'openai', priceId: 'openai', models: ['unpriced'] });
  expect(namesOf([priced, second], 'unpriced')).toEqual([['second', 'other']]);
});

test.each(['constructor', '__proto__', 'toString'])('%s is an ordinary unknown model', (model) => {
  expect(namesOf([first, second, provider({ priceId: 'openai' })], model)).toEqual([]);
});

const llama = 'meta-llama/Llama-3-70b-chat-hf';
const together = provider({ id: 'together', priceId: 'together', models: [llama] });
const openai = provider({ id: 'openai', priceId: 'openai', models: ['gpt-4o'], fallbackModel: 'gpt-4o' });
const image = { role: 'user', content: [{ type: 'image_url', image_url: { url: 'https://a/b.png' } }] };
const text = { role: 'user', content: 'Why?' };

const served = (clients: { provider: Provider }[], message: object, model = llama) =>
  createModelMap({ clients, offered: new Set(), now: () => at.getTime() })({
    model,
    messages: [message],
  }).map(({ client }) => client.provider.id);

test('providers without a required capability are dropped, unless all lack it', () => {
  expect(served([together, openai], text)).toEqual(['together', 'openai']);
  expect(served([together, openai], image)).toEqual(['openai']);
  expect(served([together], image)).toEqual(['together']);
});

test('cached candidates apply only to requests with the same needs', () => {
  const candidates = createModelMap({
    clients: [together, openai],
    offered: new Set(),
    now: () => at.getTime(),
  });
  const count = (message: object) => candidates({ model: llama, messages: [message] }).length;
  expect([count(image), count(text), count(image)]).toEqual([1, 2, 1]);
});

test('the known lacks of a model come from its configuration and from the table of capabilities', () => {
  const own = provider({
    id: 'own',
    models: ['big', 'small'],
    lacks: { big: ['developer'], '*': ['json_object'] },
  });
  const openai = provider({ id: 'openai', priceId: 'openai' });
  const lacksOf = (model: string) => [
    ...(candidatesFor([own, openai], model, new Set(), at)[0]?.lacks ?? []),
  ];
  expect(lacksOf('big')).toEqual(['developer']);
  expect(lacksOf('small')).toEqual(['json_object']);
  expect(lacksOf('gpt-4')).toEqual(['json_schema']);
  expect(lacksOf('gpt-4o')).toEqual([]);
});

test('a changed price applies within a minute', () => {
  const prices: Record<string, { input: number; output: number }> = { big: { input: 1, output: 1 } };
  let time = at.getTime();
  const clients = [{ provider: providerInTest({ prices }) }];
  const candidates = createModelMap({ clients, offered: new Set(), now: () => time });
  const before = candidates({ model: 'big', messages: [] });
  time += 59_999;
  expect(candidates({ model: 'big', messages: [] })[0]).toBe(before[0]);
  time += 1;
  expect(candidates({ model: 'big', messages: [] })[0]).not.toBe(before[0]);
});

test.each<[fields: object, needs: string[]]>([
  [{}, []],
  [{ tools: [] }, []],
  [{ tools: [{}] }, ['tools']],
  [{ tools: [{}], tool_choice: 'none' }, []],
  [{ response_format: { type: 'json_object' } }, []],
  [{ response_format: { type: 'json_schema' } }, []],
  [{ stream: true }, ['streaming']],
  [{ messages: [null, { content: [{ type: 'text' }] }] }, []],
  [{ messages: [{ content: [{ type: 'text' }, { type: 'image_url' }] }] }, ['images']],
])('%j needs %j', (fields, needs) => {
  expect(needsOf({ model: 'a', messages: [{ role: 'user', content: 'Why?' }], ...fields })).toEqual(needs);
});
