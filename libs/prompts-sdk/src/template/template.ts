/** One piece of a template. Sections are kept flat, by the index of their end, so that depth costs no stack. */
export type TemplatePart =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'blank'; readonly name: string }
  | { readonly kind: 'section'; readonly name: string; readonly end: number };

/** A template that has been read once and can be rendered often. */
export interface Template {
  readonly parts: readonly TemplatePart[];
  /** Names that are filled in, each once, in the order of their first use. */
  readonly blanks: readonly string[];
  /** Names on which a part of the text depends, each once, in the order of their first use. */
  readonly sections: readonly string[];
}
