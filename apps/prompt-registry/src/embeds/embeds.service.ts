import { AppError } from '@valuecanvas/contracts-core';
import type { ActivePrompt, EmbeddedPrompt, PromptVariable } from '@valuecanvas/contracts-prompt-registry';
import { joinVariables, parseReference, referenceName } from '@valuecanvas/prompts-sdk';
import type { Kysely } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import type { Database } from '../db.ts';
import { assertRenderable } from '../labels/activatable.ts';
import { isActiveLabel, type LabelPosition } from '../labels/label-row.ts';
import type { NewVersion } from '../versions/new-version.ts';
import { toRenderable, type VersionRow } from '../versions/version-row.ts';
import { assertSound, EmbedFault, type EmbedGraph, embeddedPrompts, toGraph } from './embed-graph.ts';
import { affectedBy, type EmbedsStore, embedsFrom, lockEmbeds } from './embeds.store.ts';

export type EmbedsService = ReturnType<typeof createEmbedsService>;

/** Maximum number of different prompts that one version embeds directly. */
const maxEmbeds = 20;

/** Prompts that others embed. */
export function createEmbedsService(store: EmbedsStore) {
  const graphOf = async (rows: readonly VersionRow[]): Promise<EmbedGraph> => {
    const ids = rows.filter(({ template }) => mayEmbed(template)).map(({ id }) => id);
    return ids.length === 0 ? new Map() : toGraph(await store.reachedFrom(ids));
  };

  return {
    /** Returns what is needed to render each version, with the prompts that it embeds now. */
    async withEmbeds(rows: readonly VersionRow[]): Promise<ActivePrompt[]> {
      const graph = await graphOf(rows);
      return rows.map((row) => toRenderable(row, embeddedPrompts(graph, row.id)));
    },

    async embeddedIn(row: VersionRow): Promise<readonly EmbeddedPrompt[]> {
      return embeddedPrompts(await graphOf([row]), row.id);
    },

    /** Returns what is needed to render a version. Throws VALIDATION_FAILED if a prompt that it embeds has no version. */
    async renderable(row: VersionRow): Promise<ActivePrompt> {
      const graph = await graphOf([row]);
      refuse('template', () =>
        assertSound(graph, { id: row.id, name: `${row.prompt_key}@${row.version}`, template: row.template }),
      );
      return toRenderable(row, embeddedPrompts(graph, row.id));
    },

    /** Throws VALIDATION_FAILED if a new version embeds an unknown prompt, itself, or too many or too deep ones. */
    async assertCreatable({ promptKey, template, embeds }: NewVersion): Promise<void> {
      if (embeds.length === 0) return;
      const id = uuidv7();
      const graph = toGraph(await store.reachedBy(id, embeds));
      refuse('template', () => {
        if (embeds.length > maxEmbeds)
          throw new EmbedFault(`A version embeds at most ${maxEmbeds} different prompts.`);
        assertSound(graph, { id, name: promptKey, template });
        assertNotItself(graph, id, promptKey);
      });
    },
  };
}

/**
 * Throws VALIDATION_FAILED if a label that has just moved makes a version with a label unusable: its own, or one that embeds it.
 * The transaction then rolls back.
 */
export async function assertMoveKeepsEmbeds(
  transaction: Kysely<Database>,
  position: LabelPosition,
): Promise<void> {
  await lockEmbeds(transaction);
  const affected = await affectedBy(transaction, position);
  const ids = affected.map(({ id }) => id);
  const graph = toGraph(await embedsFrom(transaction, ids));
  for (const { id, template, prompt_key: promptKey, environment, label, ...row } of affected) {
    const name = referenceName({ promptKey, environment, label });
    refuse('version', () => assertSound(graph, { id, name, template }));
    if (!isActiveLabel({ environment, label })) continue;
    const variables = row.variables as PromptVariable[];
    const embedded = embeddedPrompts(graph, id);
    assertRenderable(promptKey, joinVariables({ variables, embedded }));
  }
}

/** Avoids a query for versions that embed nothing. */
function mayEmbed(template: string): boolean {
  return /\{\{[ \t]*>/.test(template);
}

/** A prompt that reaches itself by a label would make a cycle as soon as the label moves to the new version. */
function assertNotItself(graph: EmbedGraph, rootId: string, promptKey: string): void {
  const searched = new Set<string>();
  const search = (id: string, path: readonly string[]): void => {
    if (searched.has(id)) return;
    searched.add(id);
    for (const { reference, target } of graph.get(id) ?? []) {
      const way = [...path, reference];
      const parsed = parseReference(reference);
      if (parsed.promptKey === promptKey && 'label' in parsed)
        throw new EmbedFault(`The prompts embed each other: ${way.join(' → ')}.`);
      if (target) search(target.id, way);
    }
  };
  search(rootId, [promptKey]);
}

function refuse(path: string, check: () => void): void {
  try {
    check();
  } catch (error) {
    if (!(error instanceof EmbedFault)) throw error;
    const { message } = error;
    throw new AppError('VALIDATION_FAILED', { message, details: [{ path, message }] });
  }
}
