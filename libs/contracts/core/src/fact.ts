import type { Static, TObject } from 'typebox';
import type { ServiceName } from './services.ts';

/** Record that must not be lost. Any service may record it, and its owner stores it. */
export interface FactDefinition {
  /** Dotted name, which also names the stream. */
  readonly name: string;
  readonly owner: ServiceName;
  readonly description: string;
  /** Must have an `id`, which makes a replay harmless. */
  readonly schema: TObject;
}

/** Returns its argument, and keeps the type of the schema. */
export function defineFact<const F extends FactDefinition>(fact: F): F {
  return fact;
}

export type FactOf<F extends FactDefinition> = Static<F['schema']>;
