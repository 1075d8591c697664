import type { ActivePrompt, RenderedMessage } from '@valuecanvas/contracts-prompt-registry';
import type { Assignment, ResolvedPrompt } from './fetch-snapshot.ts';
import { assertFits, renderTemplate, type TemplateValues } from './template/render-template.ts';
import { createTemplateCache } from './template/template-cache.ts';

/** Rendered prompt with its version. */
export interface RenderedVersion {
  /** All messages, separated by empty lines. */
  readonly content: string;
  readonly messages: readonly RenderedMessage[];
  readonly versionId: string;
  readonly version: number;
  readonly metadata: ActivePrompt['metadata'];
  readonly assignment?: Assignment;
}

/** Renders versions and parses each template once. Throws VALIDATION_FAILED as `assertFits` does. */
export type PromptRenderer = (prompt: ResolvedPrompt, values: TemplateValues) => RenderedVersion;

export function createPromptRenderer(): PromptRenderer {
  const parsedOf = createTemplateCache();
  return (prompt, values) => {
    const parsed = parsedOf(prompt);
    assertFits(parsed.variables, values);
    const messages = parsed.messages.map(({ role, template }) => ({
      role,
      content: renderTemplate(template, values),
    }));
    return {
      content: joinMessages(messages),
      messages,
      versionId: prompt.versionId,
      version: prompt.version,
      metadata: prompt.metadata,
      ...(prompt.assignment ? { assignment: prompt.assignment } : {}),
    };
  };
}

/** Returns a chat prompt as one text, for clients that know texts only. */
export function joinMessages(messages: readonly { readonly content: string }[]): string {
  return messages.map(({ content }) => content).join('\n\n');
}
