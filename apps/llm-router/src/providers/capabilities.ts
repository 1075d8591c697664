import type { Capabilities, CapabilityTable } from './capability-table.ts';
import { openaiCapabilities } from './openai/capabilities.ts';
import type { Provider } from './provider.ts';
import { togetherCapabilities } from './together/capabilities.ts';

const capable: Capabilities = {
  tools: true,
  jsonSchema: true,
  images: true,
  streaming: true,
  maxOutputTokens: undefined,
};

/** Keyed by the ids of the price data, which identify the actual provider, whatever its configured id. */
const tables: ReadonlyMap<string | undefined, CapabilityTable> = new Map([
  ['together', togetherCapabilities],
  ['openai', openaiCapabilities],
]);

/** Returns a model's capabilities, by the provider's name. Unknown models have all capabilities. */
export function capabilitiesOf({ priceId }: Pick<Provider, 'priceId'>, model: string): Capabilities {
  const table = tables.get(priceId) ?? {};
  const [longest] = Object.keys(table)
    .filter((beginning) => model.startsWith(beginning))
    .sort((one, other) => other.length - one.length);
  return longest === undefined ? capable : { ...capable, ...table[longest] };
}
