import type { EmbeddedPrompt, PromptMessage, PromptVariable } from '@valuecanvas/contracts-prompt-registry';
import { joinVariables } from '../variables/join-variables.ts';
import { type ExpandedTemplate, expandTemplate } from './expand-template.ts';
import { parseTemplate } from './parse-template.ts';
import type { Template } from './template.ts';

/** Identity of a template: versions are immutable, and so are the versions that it embeds. */
export interface VersionedTemplate {
  readonly versionId: string;
  readonly template: string;
  readonly messages?: readonly PromptMessage[];
  readonly variables: readonly PromptVariable[];
  readonly embedded?: readonly EmbeddedPrompt[];
}

/** Parsed version, with all prompts that it embeds. */
export interface ParsedVersion {
  readonly messages: readonly ParsedMessage[];
  readonly variables: readonly PromptVariable[];
}

/** A message of a version with its parsed content. */
export interface ParsedMessage {
  readonly role: PromptMessage['role'];
  readonly template: ExpandedTemplate;
}

/**
 * Parses the messages of each version once, and keeps the `maxVersions` most recently added ones. A version that is one text
 * is a message of the user.
 */
export function createTemplateCache(maxVersions = 1_000): (version: VersionedTemplate) => ParsedVersion {
  const parsed = new Map<string, ParsedVersion>();

  return (version) => {
    const identity = identityOf(version);
    const known = parsed.get(identity);
    if (known) return known;
    const fresh = parseVersion(version);
    const [oldest] = parsed.keys();
    if (oldest !== undefined && parsed.size >= maxVersions) parsed.delete(oldest);
    parsed.set(identity, fresh);
    return fresh;
  };
}

function identityOf({ versionId, embedded }: VersionedTemplate): string {
  if (!embedded) return versionId;
  return [versionId, ...embedded.map((one) => `${one.reference}=${one.versionId}`)].join(' ');
}

function parseVersion(version: VersionedTemplate): ParsedVersion {
  const { template, messages = [{ role: 'user', content: template }], embedded = [] } = version;
  const templates = new Map<string, Template>(
    embedded.map((one) => [one.reference, parseTemplate(one.template)]),
  );
  const resolve = (reference: string): Template => {
    const found = templates.get(reference);
    if (!found) throw new Error(`The version ${version.versionId} lacks its embedded prompt ${reference}.`);
    return found;
  };
  return {
    messages: messages.map(({ role, content }) => ({
      role,
      template: expandTemplate(parseTemplate(content), resolve),
    })),
    variables: joinVariables(version),
  };
}
