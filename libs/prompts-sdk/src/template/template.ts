/** Part of a template. Sections are flat, with the index of their end, so that nesting needs no recursion. */
export type TemplatePart =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'blank'; readonly name: string }
  | { readonly kind: 'section'; readonly name: string; readonly end: number };

/** Parsed template. */
export interface Template {
  readonly parts: readonly TemplatePart[];
  /** Names of inserted variables, each once, in the order of their first use. */
  readonly blanks: readonly string[];
  /** Names of section variables, each once, in the order of their first use. */
  readonly sections: readonly string[];
}
