import { field } from '@valuecanvas/contracts-core';
import Type, { type Static } from 'typebox';

/** Tokens of one call as the provider counted them. */
export const Usage = Type.Object(
  {
    promptTokens: field.count('Tokens of the prompt, cached ones included.'),
    completionTokens: field.count('Tokens of the answer, reasoning included.'),
    totalTokens: field.count('Prompt and completion together.'),
    cachedTokens: field.count('Tokens of the prompt that the provider had cached.'),
  },
  { title: 'Usage', description: 'Tokens of one call as the provider counted them.' },
);
export type Usage = Static<typeof Usage>;

/** Fields of every result that a model produced: provider, model, tokens, cost, latency, cache. */
export const completionFacts = {
  provider: Type.String({ description: 'Who answered: together_ai, openai, a configured one, or cache.' }),
  model: Type.String({ description: 'Model that answered.' }),
  usage: Usage,
  cost: field.dollars('What the call cost in US dollars; may need nine decimals.'),
  costNanos: field.nanoDollars('The same cost in whole nano-dollars (1e-9 US dollars), for exact sums.'),
  latency: field.milliseconds('Milliseconds from request to complete answer.'),
  cached: Type.Boolean({ description: 'Whether the answer came from the cache.' }),
};
