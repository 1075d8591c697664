import { ConfigError } from '@valuecanvas/service-kit';
import Value from 'typebox/value';
import { serviceTiersOf } from '../openai/service-tiers.ts';
import type { Provider } from '../provider.ts';
import { ProviderEntries, type ProviderEntry } from './provider-entry.ts';

/** Ids reserved for built-in providers and cached answers. */
const reservedIds = new Set(['together_ai', 'openai', 'simulator', 'simulator_fallback', 'cache']);

/** Reads OpenAI-compatible providers from LLM_PROVIDERS. Throws ConfigError, which repeats no value, since values include keys. */
export function compatible(list: string | undefined): Provider[] {
  if (list === undefined) return [];
  const entries = parsed(list);
  const faults = faultsOf(entries);
  if (faults.length > 0) throw new ConfigError(faults.map((fault) => `LLM_PROVIDERS${fault}`));
  return (entries as ProviderEntry[]).map(toProvider);
}

function parsed(list: string): unknown {
  try {
    return JSON.parse(list);
  } catch {
    throw new ConfigError(['LLM_PROVIDERS is not JSON. It must be a list of providers.']);
  }
}

function faultsOf(entries: unknown): string[] {
  if (!Value.Check(ProviderEntries, entries)) {
    return Value.Errors(ProviderEntries, entries).map(
      ({ instancePath, message }) => `${instancePath} ${message}`,
    );
  }
  const ids = entries.map(({ id }) => id);
  return entries.flatMap(({ id, baseUrl }, index) => [
    ...(reservedIds.has(id) ? [`/${index}/id ${id} is taken`] : []),
    ...(ids.indexOf(id) < index ? [`/${index}/id ${id} occurs twice`] : []),
    ...(isPlainUrl(baseUrl) ? [] : [`/${index}/baseUrl must be a URL without user, password and fragment`]),
  ]);
}

function isPlainUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { username, password, hash } = new URL(text);
  return [username, password, hash].every((part) => part === '');
}

function toProvider(entry: ProviderEntry): Provider {
  const { id, baseUrl, apiKey, models, fallbackModel, prices = {}, priceId, lacks = {} } = entry;
  return {
    id,
    baseUrl,
    apiKey,
    keyHeader: entry.keyHeader ?? 'authorization',
    priceId,
    prices,
    serviceTiers: serviceTiersOf(priceId),
    models: Array.isArray(models) ? models : Object.keys(models),
    modelNames: Array.isArray(models) ? {} : models,
    fallbackModel,
    propagateTrace: entry.propagateTrace ?? false,
    maxTokensField: entry.maxTokensField ?? 'max_tokens',
    lacks: Array.isArray(lacks) ? { '*': lacks } : lacks,
  };
}
