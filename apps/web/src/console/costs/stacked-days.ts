import type { ResultOf } from '@valuecanvas/web-client';
import { nanosOf } from '../parts/money.ts';
import { type Days, everyDay } from './days.ts';

type Costs = Pick<ResultOf<'getPlatformCosts'>, 'byDay'>;

/** One UTC day of a report. */
export interface StackedDay {
  readonly day: string;
  readonly requests: number;
  readonly nanos: number;
  /** Part of `nanos` that no provider has reported. */
  readonly estimated: number;
  /** Nano-dollars of each series. They add up to `nanos`. */
  readonly parts: readonly number[];
}

/** The days of a range with their costs by model, the most expensive model of the range first. */
export interface StackedDays {
  readonly models: readonly string[];
  /** Tells if the last part of each day is that of all other models. */
  readonly hasOthers: boolean;
  readonly days: readonly StackedDay[];
}

/** Splits the cost of every day of a range by model. Days without calls are included. */
export function stackedDays({ byDay }: Costs, range: Days): StackedDays {
  const totals = new Map<string, number>();
  for (const { model, cost } of byDay.flatMap(({ topModels }) => topModels)) {
    totals.set(model, (totals.get(model) ?? 0) + nanosOf(cost));
  }
  const models = [...totals.keys()]
    .filter((model) => totals.get(model) !== 0)
    .toSorted((a, b) => (totals.get(b) ?? 0) - (totals.get(a) ?? 0) || a.localeCompare(b));
  const known = new Map(byDay.map((day) => [day.day, day]));
  const days = everyDay(range).map((day) => {
    const found = known.get(day);
    const nanos = nanosOf(found?.cost ?? 0);
    const costs = new Map(found?.topModels.map(({ model, cost }) => [model, nanosOf(cost)]));
    const ofModels = models.map((model) => costs.get(model) ?? 0);
    const others = nanos - ofModels.reduce((sum, part) => sum + part, 0);
    return {
      day,
      requests: found?.requests ?? 0,
      nanos,
      estimated: nanosOf(found?.estimatedCost ?? 0),
      parts: [...ofModels, others],
    };
  });
  const hasOthers = days.some(({ parts }) => (parts.at(-1) ?? 0) > 0);
  return {
    models,
    hasOthers,
    days: hasOthers ? days : days.map((day) => ({ ...day, parts: day.parts.slice(0, -1) })),
  };
}
