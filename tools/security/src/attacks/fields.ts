/** Returns the value at a path in JSON, or undefined. */
export function at(value: unknown, ...path: readonly string[]): unknown {
  let here = value;
  for (const name of path) {
    here = typeof here === 'object' && here !== null ? (here as Record<string, unknown>)[name] : undefined;
  }
  return here;
}

/** Returns the text at a path in an answer. Throws if it is absent: checks that depend on it are impossible then. */
export function textAt(
  answer: { readonly status: number; readonly json: unknown },
  ...path: string[]
): string {
  const text = at(answer.json, ...path);
  if (typeof text === 'string' && text !== '') return text;
  throw new Error(`no ${path.join('.')} in an answer with status ${answer.status}`);
}
