import type { JsonObject } from '../../json.ts';
import type { Random } from '../../random.ts';
import { numberAt, unsatisfiable } from './schema.ts';

/** Maximum distance of a number from its only bound, or from zero without bounds. */
const SPAN = 100;

/** A number within the bounds and on the `multipleOf` of the schema. A whole number for type integer. */
export function fitNumber(schema: JsonObject, random: Random): number {
  const step = numberAt(schema, 'multipleOf', schema.type === 'integer' ? 1 : 0);
  const [low, high] = bounds(schema);
  if (step > 0) return onStep(schema, step, low, high, random);
  const number = low + (high - low) * (0.25 + random() / 2);
  const rounded = Math.round(number * 100) / 100;
  return satisfies(schema, rounded) ? rounded : checked(schema, number);
}

function bounds(schema: JsonObject): readonly [low: number, high: number] {
  const low = Math.max(
    numberAt(schema, 'minimum', -Infinity),
    numberAt(schema, 'exclusiveMinimum', -Infinity),
  );
  const high = Math.min(
    numberAt(schema, 'maximum', Infinity),
    numberAt(schema, 'exclusiveMaximum', Infinity),
  );
  if (low === -Infinity && high === Infinity) return [0, SPAN];
  if (low === -Infinity) return [high - SPAN, high];
  return [low, high === Infinity ? low + SPAN : high];
}

function onStep(schema: JsonObject, step: number, low: number, high: number, random: Random): number {
  const whole = schema.type === 'integer' && !Number.isInteger(step) ? 1 : step;
  const first = Math.ceil(low / whole);
  const last = Math.max(first, Math.floor(high / whole));
  const start = first + Math.floor(random() * (last - first + 1));
  const candidates = [start, first, first + 1, last].map((multiple) => multiple * whole);
  return checked(schema, candidates.find((candidate) => satisfies(schema, candidate)) ?? Number.NaN);
}

function satisfies(schema: JsonObject, number: number): boolean {
  return (
    number >= numberAt(schema, 'minimum', -Infinity) &&
    number > numberAt(schema, 'exclusiveMinimum', -Infinity) &&
    number <= numberAt(schema, 'maximum', Infinity) &&
    number < numberAt(schema, 'exclusiveMaximum', Infinity)
  );
}

function checked(schema: JsonObject, number: number): number {
  if (satisfies(schema, number)) return number;
  throw unsatisfiable('its bounds leave no number');
}
