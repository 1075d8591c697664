import { defaultEnvironment, productionLabel } from '@valuecanvas/contracts-prompt-registry';

/** Prompt that a template embeds: one version, or the version that has a label. */
export type EmbedReference =
  | { readonly promptKey: string; readonly version: number }
  | { readonly promptKey: string; readonly environment: string; readonly label: string };

const key = '[a-z][a-z0-9_.-]{0,99}';
const name = '[a-z][a-z0-9_.-]{0,35}';
const version = '[1-9][0-9]{0,8}';

/** Matches `key`, `key@3`, `key@label` and `key@environment/label`. It has no groups, so that other patterns can include it. */
export const referencePattern = `${key}(?:@(?:${version}|(?:${name}/)?${name}))?`;

/** Parses a text that matches `referencePattern`. Without a label, it is `production` of the default environment. */
export function parseReference(text: string): EmbedReference {
  const [promptKey = '', target = productionLabel] = text.split('@');
  if (/^[1-9]/.test(target)) return { promptKey, version: Number(target) };
  const [label = '', environment = defaultEnvironment] = target.split('/').reverse();
  return { promptKey, environment, label };
}

/** Returns the one full form of a reference, which names the default environment by leaving it out. */
export function referenceName(reference: EmbedReference): string {
  const { promptKey } = reference;
  if ('version' in reference) return `${promptKey}@${reference.version}`;
  const { environment, label } = reference;
  return `${promptKey}@${environment === defaultEnvironment ? '' : `${environment}/`}${label}`;
}
