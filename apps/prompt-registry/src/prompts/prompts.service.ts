import { AppError, type UserPrincipal } from '@valuecanvas/contracts-core';
import {
  type PinnedPromptVersion,
  type PromptDiff,
  type PromptVersion,
  productionLabel,
  type RenderedPrompt,
} from '@valuecanvas/contracts-prompt-registry';
import { createPromptRenderer, type TemplateValues } from '@valuecanvas/prompts-sdk';
import type { EmbedsService } from '../embeds/embeds.service.ts';
import type { PerformanceOf } from '../executions/performance.ts';
import { toPinned, toPromptVersion, type VersionRow } from '../versions/version-row.ts';
import type { VersionsStore } from '../versions/versions.store.ts';
import { diffVersions } from './diff-versions.ts';

/** Version of a prompt, named by its number or by a label. The active version by default. */
interface Reference {
  readonly version?: number;
  readonly label?: string;
  readonly environment?: string;
}

export type PromptsService = ReturnType<typeof createPromptsService>;

/** Access to active prompts, and rendering. */
export function createPromptsService(options: {
  readonly store: VersionsStore;
  readonly embeds: Pick<EmbedsService, 'embeddedIn' | 'renderable'>;
  readonly performanceOf: PerformanceOf;
}) {
  const { store, embeds, performanceOf } = options;
  const render = createPromptRenderer();

  /** Throws NOT_FOUND for an absent version, and for a draft without a label if the caller lacks `prompts:write`. */
  const visible = async (
    principal: UserPrincipal,
    promptKey: string,
    { version, label, environment }: Reference,
  ): Promise<VersionRow> => {
    if (label !== undefined || environment !== undefined) {
      const labelled = await store.findLabelled(promptKey, label ?? productionLabel, environment);
      if (!labelled) throw new AppError('NOT_FOUND');
      return labelled;
    }
    const row = await (version === undefined ? store.findActive(promptKey) : store.find(promptKey, version));
    if (!row || (row.status === 'draft' && !principal.permissions.includes('prompts:write')))
      throw new AppError('NOT_FOUND');
    return row;
  };

  return {
    /** Throws NOT_FOUND if no version of the prompt is active, or has the label. */
    async get(
      principal: UserPrincipal,
      promptKey: string,
      reference: Omit<Reference, 'version'>,
    ): Promise<PromptVersion> {
      const row = await visible(principal, promptKey, reference);
      const [performance, embedded] = await Promise.all([performanceOf([row.id]), embeds.embeddedIn(row)]);
      return toPromptVersion(row, performance(row.id), embedded);
    },

    /** Throws NOT_FOUND as `visible` does. */
    async getVersion(
      principal: UserPrincipal,
      { promptKey, version }: { readonly promptKey: string; readonly version: number },
    ): Promise<PinnedPromptVersion> {
      return toPinned(await visible(principal, promptKey, { version }));
    },

    /** Throws NOT_FOUND if one of the versions is not visible. */
    async diff(
      principal: UserPrincipal,
      promptKey: string,
      { from, to }: { readonly from: number; readonly to: number },
    ): Promise<PromptDiff> {
      const [before, after] = await Promise.all(
        [from, to].map((version) => visible(principal, promptKey, { version })),
      );
      if (!before || !after) throw new AppError('NOT_FOUND');
      return diffVersions(toPinned(before), toPinned(after));
    },

    /** Throws NOT_FOUND for an absent version, or VALIDATION_FAILED if the values do not match its variables. */
    async render(
      principal: UserPrincipal,
      promptKey: string,
      request: Reference & { readonly variables: TemplateValues },
    ): Promise<RenderedPrompt> {
      if (request.version !== undefined && request.label !== undefined) {
        const message = 'send either a version or a label';
        throw new AppError('VALIDATION_FAILED', { details: [{ path: 'version', message }] });
      }
      const row = await visible(principal, promptKey, request);
      const { messages, ...rendered } = render(await embeds.renderable(row), request.variables);
      return { promptKey, ...rendered, messages: [...messages] };
    },
  };
}
