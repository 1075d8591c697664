import { AppError, type UserPrincipal } from '@valuecanvas/contracts-core';
import type { PromptVersion, RenderedPrompt } from '@valuecanvas/contracts-prompt-registry';
import { createPromptRenderer, type TemplateValues } from '@valuecanvas/prompts-sdk';
import type { PerformanceOf } from '../executions/performance.ts';
import { toPromptVersion, toRenderable, type VersionRow } from '../versions/version-row.ts';
import type { VersionsStore } from '../versions/versions.store.ts';

export type PromptsService = ReturnType<typeof createPromptsService>;

/** Access to active prompts, and rendering. */
export function createPromptsService(options: {
  readonly store: VersionsStore;
  readonly performanceOf: PerformanceOf;
}) {
  const { store, performanceOf } = options;
  const render = createPromptRenderer();

  /** Throws NOT_FOUND for an absent version, and for a draft if the caller lacks `prompts:write`. */
  const visible = async (
    principal: UserPrincipal,
    promptKey: string,
    version: number | undefined,
  ): Promise<VersionRow> => {
    const row = await (version === undefined ? store.findActive(promptKey) : store.find(promptKey, version));
    if (!row || (row.status === 'draft' && !principal.permissions.includes('prompts:write')))
      throw new AppError('NOT_FOUND');
    return row;
  };

  return {
    /** Throws NOT_FOUND if no version of the prompt is active. */
    async get(principal: UserPrincipal, promptKey: string): Promise<PromptVersion> {
      const row = await visible(principal, promptKey, undefined);
      const performance = await performanceOf([row.id]);
      return toPromptVersion(row, performance(row.id));
    },

    /** Throws NOT_FOUND for an absent version, or VALIDATION_FAILED if the values do not match its variables. */
    async render(
      principal: UserPrincipal,
      promptKey: string,
      request: { readonly variables: TemplateValues; readonly version?: number },
    ): Promise<RenderedPrompt> {
      const row = await visible(principal, promptKey, request.version);
      const { messages, ...rendered } = render(toRenderable(row), request.variables);
      return { promptKey, ...rendered, messages: [...messages] };
    },
  };
}
