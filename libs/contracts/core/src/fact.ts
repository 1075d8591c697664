import type { Static, TObject } from 'typebox';
import type { ServiceName } from './services.ts';

/** Something that happened and must not be lost; its owner stores it, whoever recorded it. */
export interface FactDefinition {
  /** Dotted name: also names the stream. */
  readonly name: string;
  readonly owner: ServiceName;
  readonly description: string;
  /** Must have an `id`, which makes a replay harmless. */
  readonly schema: TObject;
}

/** Identity at run time; keeps the schema's type. */
export function defineFact<const F extends FactDefinition>(fact: F): F {
  return fact;
}

export type FactOf<F extends FactDefinition> = Static<F['schema']>;
