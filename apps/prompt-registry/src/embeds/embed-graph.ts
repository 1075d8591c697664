import {
  type EmbeddedPrompt,
  maxEmbedDepth,
  maxTemplateLength,
  type PromptVariable,
} from '@valuecanvas/contracts-prompt-registry';
import { parseTemplate } from '@valuecanvas/prompts-sdk';

/** Version as an embedded prompt. */
export interface EmbeddedVersion {
  readonly id: string;
  readonly prompt_key: string;
  readonly version: number;
  readonly template: string;
  readonly variables: unknown;
}

/** One version embeds another one, which is undefined if the reference leads to none. */
export interface Embed {
  readonly embedderId: string;
  /** Full reference, as `referenceName` writes it. */
  readonly reference: string;
  readonly target: EmbeddedVersion | undefined;
}

/** Reason for which a version cannot be rendered with the prompts that it embeds. */
export class EmbedFault extends Error {
  override readonly name = 'EmbedFault';
}

/** The prompts that each version embeds. Contains all embeds of each version that it reaches. */
export type EmbedGraph = ReadonlyMap<string, readonly Embed[]>;

export function toGraph(embeds: readonly Embed[]): EmbedGraph {
  return Map.groupBy(embeds, ({ embedderId }) => embedderId);
}

/** Returns the prompts that a version embeds, directly or through others, ordered by reference. */
export function embeddedPrompts(graph: EmbedGraph, rootId: string): EmbeddedPrompt[] {
  const found = new Map<string, EmbeddedPrompt>();
  const collect = (id: string): void => {
    for (const { reference, target } of graph.get(id) ?? []) {
      if (!target || found.has(reference)) continue;
      found.set(reference, toEmbedded(reference, target));
      collect(target.id);
    }
  };
  collect(rootId);
  return [...found.values()].sort((a, b) => (a.reference < b.reference ? -1 : 1));
}

function toEmbedded(reference: string, target: EmbeddedVersion): EmbeddedPrompt {
  return {
    reference,
    promptKey: target.prompt_key,
    version: target.version,
    versionId: target.id,
    template: target.template,
    variables: target.variables as PromptVariable[],
  };
}

/** Version whose embeds are checked. Its name begins the paths in messages. */
export interface EmbedRoot {
  readonly id: string;
  readonly name: string;
  readonly template: string;
}

/**
 * Throws EmbedFault for a reference that leads to no version, a cycle, a depth above `maxEmbedDepth`, or a text that is longer
 * than `maxTemplateLength` with all embedded prompts.
 */
export function assertSound(graph: EmbedGraph, root: EmbedRoot): void {
  const known = new Map<string, { readonly depth: number; readonly length: number }>();

  const measure = (id: string, template: string, path: readonly string[], ids: readonly string[]) => {
    let depth = 0;
    let { length } = template;
    const uses = usesOf(template, graph.get(id) ?? []);
    for (const { reference, target } of graph.get(id) ?? []) {
      const way = [...path, reference];
      if (!target) throw new EmbedFault(`${way.join(' → ')} leads to no version.`);
      if (ids.includes(target.id)) throw new EmbedFault(`The prompts embed each other: ${way.join(' → ')}.`);
      if (way.length - 1 > maxEmbedDepth) throw tooDeep(way);
      const inner = known.get(target.id) ?? measure(target.id, target.template, way, [...ids, target.id]);
      if (way.length - 1 + inner.depth > maxEmbedDepth) throw tooDeep(way);
      depth = Math.max(depth, inner.depth + 1);
      length += inner.length * (uses.get(reference) ?? 0);
    }
    const measured = { depth, length };
    known.set(id, measured);
    return measured;
  };

  const { length } = measure(root.id, root.template, [root.name], [root.id]);
  if (length > maxTemplateLength && graph.has(root.id))
    throw new EmbedFault(
      `${root.name} has more than ${maxTemplateLength} characters with the prompts that it embeds.`,
    );
}

function tooDeep(way: readonly string[]): EmbedFault {
  return new EmbedFault(`${way.join(' → ')} is deeper than ${maxEmbedDepth} embedded prompts.`);
}

/** Counts how often a template names each reference. */
function usesOf(template: string, embeds: readonly Embed[]): ReadonlyMap<string, number> {
  if (embeds.length === 0) return new Map();
  const uses = new Map<string, number>();
  for (const part of parseTemplate(template).parts)
    if (part.kind === 'embed') uses.set(part.reference, (uses.get(part.reference) ?? 0) + 1);
  return uses;
}
