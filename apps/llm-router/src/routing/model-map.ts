import type { ModelPrice } from '../pricing/model-price.ts';
import { priceOf } from '../pricing/prices.ts';
import { type CompletionBody, isObject } from '../protocol/completion.ts';
import { capabilitiesOf } from '../providers/capabilities.ts';
import type { Capabilities } from '../providers/capability-table.ts';
import type { Feature, Features } from '../providers/features.ts';
import { ownModelName, type Provider } from '../providers/provider.ts';
import type { ProviderClient } from './provider-client.ts';

/** A candidate for a call: the provider, its name of the model, its capabilities and price. */
export interface Candidate<Client> {
  readonly client: Client;
  readonly model: string;
  readonly price: ModelPrice;
  readonly capabilities: Capabilities;
  /** Features that the model is known to lack. */
  readonly lacks: Features;
}

/** Returns the candidates for a request, in the order in which they are tried. Empty for an unknown model. */
export type Candidates<Client = ProviderClient> = (body: CompletionBody) => readonly Candidate<Client>[];

export interface ModelMapOptions<Client> {
  readonly clients: readonly Client[];
  /** Models that are offered even if no provider has them. */
  readonly offered: ReadonlySet<string>;
  readonly now: () => number;
}

/** Lifetime of cached candidates: prices change at most this often. */
const steadyMs = 60_000;
/** Maximum number of cached models, since callers may send any name. */
const maxRemembered = 1_000;

/** Finds the candidates for a request. Caches them per model for a minute, so that a lookup is almost free. */
export function createModelMap<Client extends { readonly provider: Provider }>({
  clients,
  offered,
  now,
}: ModelMapOptions<Client>): Candidates<Client> {
  let remembered = new Map<string, readonly Candidate<Client>[]>();
  let since = Number.NEGATIVE_INFINITY;
  return (body) => {
    const at = now();
    if (at - since >= steadyMs || remembered.size >= maxRemembered) {
      remembered = new Map();
      since = at;
    }
    let candidates = remembered.get(body.model);
    if (!candidates) {
      candidates = candidatesFor(clients, body.model, offered, new Date(at));
      remembered.set(body.model, candidates);
    }
    return ableTo(candidates, body);
  };
}

/**
 * Lists the providers that have the model, then those with a fallback model, each in order of preference. Empty for an
 * unknown model.
 */
export function candidatesFor<Client extends { readonly provider: Provider }>(
  clients: readonly Client[],
  model: string,
  offered: ReadonlySet<string>,
  at: Date,
): Candidate<Client>[] {
  const { owner: owners = [], substitute: substitutes = [] } = Object.groupBy(clients, ({ provider }) =>
    serves(provider, model, at) ? 'owner' : 'substitute',
  );
  if (owners.length === 0 && !offered.has(model)) return [];
  return [
    ...owners.flatMap((client) => candidateOf(client, ownModelName(client.provider, model), at)),
    ...substitutes.flatMap((client) => candidateOf(client, client.provider.fallbackModel, at)),
  ];
}

function candidateOf<Client extends { readonly provider: Provider }>(
  client: Client,
  model: string | undefined,
  at: Date,
): Candidate<Client>[] {
  const price = model === undefined ? undefined : priceOf(client.provider, model, at);
  if (model === undefined || price === undefined) return [];
  const capabilities = capabilitiesOf(client.provider, model);
  return [{ client, model, price, capabilities, lacks: lacksOf(client.provider, model, capabilities) }];
}

function lacksOf({ lacks }: Provider, model: string, { jsonSchema }: Capabilities): Features {
  const configured = (Object.hasOwn(lacks, model) ? lacks[model] : lacks['*']) ?? [];
  return new Set<Feature>(jsonSchema ? configured : [...configured, 'json_schema']);
}

/** Drops candidates that lack a required capability, unless all do: then the provider's own error is best. */
function ableTo<Client>(
  candidates: readonly Candidate<Client>[],
  body: CompletionBody,
): readonly Candidate<Client>[] {
  const needs = needsOf(body);
  if (needs.length === 0) return candidates;
  const able = candidates.filter(({ capabilities }) => needs.every((need) => capabilities[need]));
  return able.length === 0 ? candidates : able;
}

/** A provider serves the models that it lists, under either name, and those in its price list. */
function serves(provider: Provider, model: string, at: Date): boolean {
  const { models, modelNames, prices, priceId } = provider;
  if (models.includes(model) || Object.values(modelNames).includes(model)) return true;
  const isSold = priceId !== undefined || Object.hasOwn(prices, model);
  return isSold && priceOf(provider, model, at) !== undefined;
}

/**
 * Returns the model of requests that name none: the configured one, or the first that a provider serves if none serves it. A
 * platform whose only providers are its own need not have the configured default.
 */
export function servedDefault(
  configured: string,
  clients: readonly { readonly provider: Provider }[],
  candidates: (body: CompletionBody) => readonly unknown[],
): string {
  const models = [configured, ...clients.flatMap(({ provider }) => provider.models)];
  return models.find((model) => candidates({ model, messages: [] }).length > 0) ?? configured;
}

type Need = 'tools' | 'images' | 'streaming';

/** Capabilities that a request requires. The router replaces a JSON schema, so it is not required. */
export function needsOf({ tools, tool_choice: choice, messages, stream }: CompletionBody): Need[] {
  const needs: Need[] = [];
  if (Array.isArray(tools) && tools.length > 0 && choice !== 'none') needs.push('tools');
  if (messages.some(hasImage)) needs.push('images');
  if (stream === true) needs.push('streaming');
  return needs;
}

function hasImage(message: unknown): boolean {
  const content = isObject(message) ? message.content : undefined;
  return Array.isArray(content) && content.some((part) => isObject(part) && part.type === 'image_url');
}
