import type { ActivePrompt } from '@valuecanvas/contracts-prompt-registry';
import { renderTemplate, type TemplateValues } from './template/render-template.ts';
import { createTemplateCache } from './template/template-cache.ts';

/** Rendered prompt with its version. */
export interface RenderedVersion {
  readonly content: string;
  readonly versionId: string;
  readonly version: number;
  readonly metadata: ActivePrompt['metadata'];
}

/** Renders versions and parses each template once. Throws VALIDATION_FAILED as `renderTemplate` does. */
export type PromptRenderer = (prompt: ActivePrompt, values: TemplateValues) => RenderedVersion;

export function createPromptRenderer(): PromptRenderer {
  const templateOf = createTemplateCache();
  return (prompt, values) => ({
    content: renderTemplate(templateOf(prompt), prompt.variables, values),
    versionId: prompt.versionId,
    version: prompt.version,
    metadata: prompt.metadata,
  });
}
