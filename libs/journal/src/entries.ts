import type { FactDefinition, FactOf } from '@valuecanvas/contracts-core';
import { Compile } from 'typebox/compile';
import { factField } from './streams.ts';

/** An entry of a stream: its id and its fields as a flat list of names and values. */
export type RawEntry = readonly [id: string, fields: readonly string[] | null];

export interface Entry<F extends FactDefinition> {
  readonly id: string;
  readonly text: string;
  /** Undefined if the text is not a fact of this kind. */
  readonly fact: FactOf<F> | undefined;
}

export type ReadableEntry<F extends FactDefinition> = Entry<F> & { readonly fact: FactOf<F> };

export function isReadable<F extends FactDefinition>(entry: Entry<F>): entry is ReadableEntry<F> {
  return entry.fact !== undefined;
}

/** Parses raw entries. An entry that cannot be parsed has no fact. */
export function entryReader<F extends FactDefinition>(definition: F): (raw: RawEntry) => Entry<F> {
  const validator = Compile(definition.schema);
  return ([id, fields]) => {
    const text = textOf(fields ?? []);
    const value = parse(text);
    return { id, text, fact: validator.Check(value) ? (value as FactOf<F>) : undefined };
  };
}

/** An entry without our field was written by another program: it is kept whole for an operator to inspect. */
function textOf(fields: readonly string[]): string {
  const at = fields.indexOf(factField);
  if (at >= 0) return fields[at + 1] ?? '';
  return fields.length === 0 ? '' : JSON.stringify(fields);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
