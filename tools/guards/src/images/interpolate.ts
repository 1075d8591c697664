/** Matches innermost references first, so that a default may contain a reference. */
const reference = /\$\{(?<name>\w+)(?:(?<form>:[-+?])(?<word>[^${}]*))?\}/;

/**
 * Interpolates a value of a Compose file: ${NAME}, ${NAME:-default}, ${NAME:+alternative}, ${NAME:?}, also nested.
 * Throws if a required variable is absent or empty.
 */
export function interpolate(text: string, variables: Readonly<Record<string, string | undefined>>): string {
  let rest = text;
  for (let found = reference.exec(rest); found; found = reference.exec(rest)) {
    const { name = '', form, word = '' } = found.groups ?? {};
    const value = resolve({ name, form, word }, variables[name] ?? '');
    rest = rest.slice(0, found.index) + value + rest.slice(found.index + found[0].length);
  }
  return rest;
}

interface Reference {
  readonly name: string;
  readonly form: string | undefined;
  readonly word: string;
}

function resolve({ name, form, word }: Reference, value: string): string {
  if (form === ':-') return value || word;
  if (form === ':+') return value && word;
  if (form === ':?' && !value) throw new Error(`docker-compose.yml needs ${name}.`);
  return value;
}
