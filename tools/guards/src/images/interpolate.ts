/** Innermost references come first, so that one reference may stand in the default of another. */
const reference = /\$\{(?<name>\w+)(?:(?<form>:[-+?])(?<word>[^${}]*))?\}/;

/**
 * Puts variables into a value of a Compose file: ${NAME}, ${NAME:-default}, ${NAME:+alternative}, ${NAME:?}, nested
 * ones included. Throws for a required variable that is absent or empty.
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
