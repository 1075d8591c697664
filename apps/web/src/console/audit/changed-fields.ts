/** A field that a change has set, removed or changed, with its values as text. */
export interface ChangedField {
  readonly name: string;
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/** Compares two states field by field. Fields with equal values are left out. */
export function changedFields(before: unknown, after: unknown): readonly ChangedField[] {
  const [old, current] = [fieldsOf(before), fieldsOf(after)];
  return [...new Set([...old.keys(), ...current.keys()])]
    .map((name) => ({ name, before: old.get(name), after: current.get(name) }))
    .filter((field) => field.before !== field.after);
}

/** A state that is not an object, such as a list, counts as one field. */
function fieldsOf(state: unknown): ReadonlyMap<string, string> {
  if (state === undefined || state === null) return new Map();
  if (typeof state !== 'object' || Array.isArray(state)) return new Map([['value', textOf(state)]]);
  return new Map(Object.entries(state).map(([name, value]) => [name, textOf(value)]));
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
}
