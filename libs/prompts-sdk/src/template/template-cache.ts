import type { PromptMessage } from '@valuecanvas/contracts-prompt-registry';
import { parseTemplate } from './parse-template.ts';
import type { Template } from './template.ts';

/** Permanent identity of a template, because versions are immutable. */
export interface VersionedTemplate {
  readonly versionId: string;
  readonly template: string;
  readonly messages?: readonly PromptMessage[];
}

/** A message of a version with its parsed content. */
export interface ParsedMessage {
  readonly role: PromptMessage['role'];
  readonly template: Template;
}

/**
 * Parses the messages of each version once, and keeps the `maxVersions` most recently added ones. A version that is one text
 * is a message of the user.
 */
export function createTemplateCache(
  maxVersions = 1_000,
): (version: VersionedTemplate) => readonly ParsedMessage[] {
  const parsed = new Map<string, readonly ParsedMessage[]>();

  return ({ versionId, template, messages = [{ role: 'user', content: template }] }) => {
    const known = parsed.get(versionId);
    if (known) return known;
    const fresh = messages.map(({ role, content }) => ({ role, template: parseTemplate(content) }));
    const [oldest] = parsed.keys();
    if (oldest !== undefined && parsed.size >= maxVersions) parsed.delete(oldest);
    parsed.set(versionId, fresh);
    return fresh;
  };
}
