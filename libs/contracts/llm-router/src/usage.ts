import { field } from '@valuecanvas/contracts-core';
import Type, { type Static } from 'typebox';

/** Tokens of one call, as reported by the provider. */
export const Usage = Type.Object(
  {
    promptTokens: field.count('Tokens of the prompt, including cached ones.'),
    completionTokens: field.count('Tokens of the answer, including reasoning.'),
    totalTokens: field.count('Sum of prompt and completion tokens.'),
    cachedTokens: field.count('Tokens of the prompt that the provider had cached.'),
  },
  { title: 'Usage', description: 'Tokens of one call, as reported by the provider.' },
);
export type Usage = Static<typeof Usage>;

/** Fields of every result that a model produced: provider, model, tokens, cost, latency, cache. */
export const completionFacts = {
  provider: Type.String({
    description: 'Provider that answered: together_ai, openai, a configured provider, or cache.',
  }),
  model: Type.String({ description: 'Model that answered.' }),
  usage: Usage,
  cost: field.dollars('Cost of the call in US dollars, with up to nine decimals.'),
  costNanos: field.nanoDollars('The same cost in whole nano-dollars (1e-9 US dollars), for exact sums.'),
  latency: field.milliseconds('Milliseconds from the request to the complete answer.'),
  cached: Type.Boolean({ description: 'True if the answer came from the cache.' }),
};
