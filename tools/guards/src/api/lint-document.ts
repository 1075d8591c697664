import { createConfig, lintFromString } from '@redocly/openapi-core';

/** Redocly's recommended rules as errors, but for what does not fit an API of several protocols. */
const rules = {
  extends: ['recommended-strict'],
  rules: {
    // Whose document this is, its readers know; the repository has no public license.
    'info-license': 'off',
    'info-license-strict': 'off',
    // Probes and the pages about the API itself can fail only as everything can.
    'operation-4xx-response': 'off',
    // What a stream's events hold is referred to from extensions, where the rule does not look.
    'no-unused-components': 'off',
    // Paths whose fixed and variable segments meet are told apart by the router: fixed ones win.
    'no-ambiguous-paths': 'off',
    'operation-operationId': 'error',
    'operation-description': 'error',
    'tag-description': 'error',
    'no-duplicated-tag-names': 'error',
    'no-invalid-parameter-examples': 'error',
    'no-invalid-schema-examples': 'error',
  },
} as const;

/** What is wrong with an OpenAPI document, one sentence each. Asks no other host. */
export async function lintDocument(source: string): Promise<string[]> {
  const config = await createConfig({ ...rules, extends: [...rules.extends] });
  const problems = await lintFromString({ source, absoluteRef: 'openapi.json', config });
  return problems.map(
    ({ message, ruleId, location: [at] }) => `${at?.pointer ?? '#/'}: ${message} (${ruleId})`,
  );
}
