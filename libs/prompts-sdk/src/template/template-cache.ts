import { parseTemplate } from './parse-template.ts';
import type { Template } from './template.ts';

/** Permanent identity of a template, because versions are immutable. */
export interface VersionedTemplate {
  readonly versionId: string;
  readonly template: string;
}

/** Parses the template of each version once, and keeps the `maxVersions` most recently added ones. */
export function createTemplateCache(maxVersions = 1_000): (version: VersionedTemplate) => Template {
  const parsed = new Map<string, Template>();

  return ({ versionId, template }) => {
    const known = parsed.get(versionId);
    if (known) return known;
    const fresh = parseTemplate(template);
    const [oldest] = parsed.keys();
    if (oldest !== undefined && parsed.size >= maxVersions) parsed.delete(oldest);
    parsed.set(versionId, fresh);
    return fresh;
  };
}
