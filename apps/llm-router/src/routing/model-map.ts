import type { ModelPrice } from '../pricing/model-price.ts';
import { priceOf } from '../pricing/prices.ts';
import { capabilitiesOf, needsOf } from '../providers/capabilities.ts';
import type { Capabilities } from '../providers/capability-table.ts';
import type { CompletionBody } from '../providers/chat-completion.ts';
import { ownModelName } from '../providers/own-model-name.ts';
import type { Provider } from '../providers/provider.ts';

/** One way to serve a call: by whom, what that provider calls the model, what it can do and what it costs. */
export interface Candidate<Line> {
  readonly line: Line;
  readonly model: string;
  readonly price: ModelPrice;
  readonly capabilities: Capabilities;
}

export interface ModelMapOptions<Line> {
  readonly lines: readonly Line[];
  /** Models that are known even where no provider has them. */
  readonly offered: ReadonlySet<string>;
  readonly now: () => number;
}

/** Prices change at most so often, in milliseconds. */
const steadyMs = 60_000;
/** Callers may name any number of models. */
const maxRemembered = 1_000;

/** Answers who can serve a request. Remembers who has a model for a minute, so that a call costs next to nothing. */
export function createModelMap<Line extends { readonly provider: Provider }>({
  lines,
  offered,
  now,
}: ModelMapOptions<Line>): (body: CompletionBody) => readonly Candidate<Line>[] {
  let remembered = new Map<string, readonly Candidate<Line>[]>();
  let since = Number.NEGATIVE_INFINITY;
  return (body) => {
    const at = now();
    if (at - since >= steadyMs || remembered.size >= maxRemembered) {
      remembered = new Map();
      since = at;
    }
    let candidates = remembered.get(body.model);
    if (!candidates) {
      candidates = candidatesFor(lines, body.model, offered, new Date(at));
      remembered.set(body.model, candidates);
    }
    return ableTo(candidates, body);
  };
}

/** Who has a model or another in its place, in the order of trying. Empty where nobody has ever heard of it. */
export function candidatesFor<Line extends { readonly provider: Provider }>(
  lines: readonly Line[],
  model: string,
  offered: ReadonlySet<string>,
  at: Date,
): Candidate<Line>[] {
  const known = offered.has(model) || lines.some(({ provider }) => serves(provider, model, at));
  if (!known) return [];
  return lines.flatMap((line) => {
    const { provider } = line;
    const own = serves(provider, model, at) ? ownModelName(provider, model) : provider.fallbackModel;
    const price = own === undefined ? undefined : priceOf(provider, own, at);
    if (own === undefined || price === undefined) return [];
    return [{ line, model: own, price, capabilities: capabilitiesOf(provider, own) }];
  });
}

/** Leaves out who cannot do what the request needs, unless nobody can: then the providers say so best. */
function ableTo<Line>(
  candidates: readonly Candidate<Line>[],
  body: CompletionBody,
): readonly Candidate<Line>[] {
  const needs = needsOf(body);
  if (needs.length === 0) return candidates;
  const able = candidates.filter(({ capabilities }) => needs.every((need) => capabilities[need]));
  return able.length === 0 ? candidates : able;
}

/** A provider serves what it lists, under either name, and what it is known to sell. */
function serves(provider: Provider, model: string, at: Date): boolean {
  const { models, modelNames, prices, priceId } = provider;
  if (models.includes(model) || Object.values(modelNames).includes(model)) return true;
  const isSold = priceId !== undefined || Object.hasOwn(prices, model);
  return isSold && priceOf(provider, model, at) !== undefined;
}
