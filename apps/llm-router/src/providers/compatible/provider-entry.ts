import Type, { type Static } from 'typebox';
import { features } from '../features.ts';

/** Text that is valid in a header. */
const printable = '^[\\x21-\\x7e]+$';

const name = Type.String({ minLength: 1, maxLength: 200 });
const dollars = Type.Number({ minimum: 0 });
const strict = { additionalProperties: false } as const;

const Prices = Type.Object(
  {
    input: dollars,
    output: dollars,
    cachedInput: Type.Optional(dollars),
    cacheWrite: Type.Optional(dollars),
    inputSound: Type.Optional(dollars),
    outputSound: Type.Optional(dollars),
  },
  strict,
);

const FeatureList = Type.Array(Type.Enum([...features]));

/** One entry of LLM_PROVIDERS. */
const ProviderEntry = Type.Object(
  {
    id: Type.String({ pattern: '^[a-z0-9][a-z0-9_-]{0,39}$' }),
    baseUrl: Type.String({ pattern: '^https?://' }),
    apiKey: Type.Optional(Type.String({ pattern: printable })),
    keyHeader: Type.Optional(Type.Enum(['authorization', 'api-key'])),
    /** Model names as offered, or a map from offered names to the provider's own. */
    models: Type.Union([Type.Array(name), Type.Record(Type.String(), name)]),
    fallbackModel: Type.Optional(name),
    /** Dollars per million tokens, by the provider's own model names. */
    prices: Type.Optional(Type.Record(Type.String(), Prices)),
    priceId: Type.Optional(name),
    propagateTrace: Type.Optional(Type.Boolean()),
    maxTokensField: Type.Optional(Type.Enum(['max_tokens', 'max_completion_tokens'])),
    /** Features that all its models lack, or a map from its own model names, where `*` stands for all others. */
    lacks: Type.Optional(Type.Union([FeatureList, Type.Record(Type.String(), FeatureList)])),
  },
  strict,
);
export type ProviderEntry = Static<typeof ProviderEntry>;

export const ProviderEntries = Type.Array(ProviderEntry);
