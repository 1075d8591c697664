import { expect, test } from 'vitest';
import { capabilitiesOf } from './capabilities.ts';

const all = { tools: true, jsonSchema: true, images: true, streaming: true, maxOutputTokens: undefined };

test('an unknown model has all capabilities', () => {
  expect(capabilitiesOf({ priceId: 'openai' }, 'brand-new')).toEqual(all);
  expect(capabilitiesOf({ priceId: undefined }, 'gpt-4')).toEqual(all);
});

test('the longest matching name applies', () => {
  const of = (model: string) => capabilitiesOf({ priceId: 'openai' }, model).maxOutputTokens;
  expect([of('gpt-4-0613'), of('gpt-4-turbo-2024-04-09'), of('gpt-4o-mini')]).toEqual([8_192, 4_096, 16_384]);
});

test('the offered Llama models accept text only', () => {
  const { images, jsonSchema } = capabilitiesOf({ priceId: 'together' }, 'meta-llama/Llama-3-70b-chat-hf');
  expect({ images, jsonSchema }).toEqual({ images: false, jsonSchema: true });
});
