import type { FactDefinition } from '@valuecanvas/contracts-core';
import type { Keys } from '@valuecanvas/redis';

/** The stream in which facts of one kind wait for their owner. */
export function streamOf(keys: Keys, fact: FactDefinition): string {
  return keys('journal', fact.name);
}

/** The dead-letter stream: facts that their owner's table refused, for an operator to inspect. */
export function deadLetterStreamOf(keys: Keys, fact: FactDefinition): string {
  return keys('journal', fact.name, 'dead');
}

/** The field of a stream's entry that holds the fact as JSON. */
export const factField = 'fact';
