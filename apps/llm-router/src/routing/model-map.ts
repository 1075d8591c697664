import { type ModelPrice, priceOf } from '../pricing/prices.ts';
import type { Provider } from '../providers/provider.ts';

/** One way to serve a call: by whom, what that provider calls the model, and what it charges for it. */
export interface Candidate<Line> {
  readonly line: Line;
  readonly model: string;
  readonly price: ModelPrice;
}

/** Who can serve a model, in the order of trying. Empty where nobody has ever heard of it. */
export function candidatesFor<Line extends { readonly provider: Provider }>(
  lines: readonly Line[],
  model: string,
  /** Models that are known even where no provider has them. */
  offered: ReadonlySet<string>,
  at: Date,
): Candidate<Line>[] {
  const known = offered.has(model) || lines.some(({ provider }) => serves(provider, model, at));
  if (!known) return [];
  return lines.flatMap((line) => {
    const own = serves(line.provider, model, at) ? model : line.provider.fallbackModel;
    const price = own === undefined ? undefined : priceOf(line.provider, own, at);
    return own === undefined || price === undefined ? [] : [{ line, model: own, price }];
  });
}

/** A provider serves what it lists, and what the price data say that it sells. */
function serves(provider: Provider, model: string, at: Date): boolean {
  if (provider.models.includes(model)) return true;
  return provider.priceId !== undefined && priceOf(provider, model, at) !== undefined;
}
