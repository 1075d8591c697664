import type { RenderablePart, Template, TemplatePart } from './template.ts';

/** Template without embedded prompts. */
export interface ExpandedTemplate {
  readonly parts: readonly RenderablePart[];
}

/** Replaces embedded prompts by their parts. `resolve` throws for an unknown reference. Embedded prompts have no cycles. */
export function expandTemplate(
  template: Template,
  resolve: (reference: string) => Template,
): ExpandedTemplate {
  const parts: RenderablePart[] = [];

  const append = (source: readonly TemplatePart[]): void => {
    const starts: number[] = [];
    const sections: { readonly at: number; readonly name: string; readonly end: number }[] = [];
    for (const part of source) {
      starts.push(parts.length);
      if (part.kind === 'embed') append(resolve(part.reference).parts);
      else {
        if (part.kind === 'section') sections.push({ at: parts.length, name: part.name, end: part.end });
        parts.push(part);
      }
    }
    // The parts before the end of a section can be more than in its source.
    for (const { at, name, end } of sections)
      parts[at] = { kind: 'section', name, end: starts[end] ?? parts.length };
  };

  append(template.parts);
  return { parts };
}
