/** Part of a template that can be rendered. Sections are flat, with the index of their end, so that nesting needs no recursion. */
export type RenderablePart =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'blank'; readonly name: string }
  | { readonly kind: 'section'; readonly name: string; readonly end: number };

/** Part of a parsed template. An embedded prompt has its full reference, as `referenceName` writes it. */
export type TemplatePart = RenderablePart | { readonly kind: 'embed'; readonly reference: string };

/** Parsed template. */
export interface Template {
  readonly parts: readonly TemplatePart[];
  /** Names of inserted variables, each once, in the order of their first use. */
  readonly blanks: readonly string[];
  /** Names of section variables, each once, in the order of their first use. */
  readonly sections: readonly string[];
  /** References of embedded prompts, each once, in the order of their first use. */
  readonly embeds: readonly string[];
}
