/** The value at a path into JSON; undefined where there is none. */
export function at(value: unknown, ...path: readonly string[]): unknown {
  let here = value;
  for (const name of path) {
    here = typeof here === 'object' && here !== null ? (here as Record<string, unknown>)[name] : undefined;
  }
  return here;
}

/** The text at a path into an answer. Throws a sentence where there is none: what builds on it cannot be checked. */
export function textAt(
  answer: { readonly status: number; readonly json: unknown },
  ...path: string[]
): string {
  const text = at(answer.json, ...path);
  if (typeof text === 'string' && text !== '') return text;
  throw new Error(`no ${path.join('.')} in an answer with status ${answer.status}`);
}
