import { createConfig, lintFromString } from '@redocly/openapi-core';

/** Redocly's recommended rules as errors, except those that do not fit an API of several protocols. */
const rules = {
  extends: ['recommended-strict'],
  rules: {
    // The repository has no public license.
    'info-license': 'off',
    'info-license-strict': 'off',
    // Health checks and documentation pages declare no error responses.
    'operation-4xx-response': 'off',
    // Extensions refer to the schemas of stream events, and the rule ignores extensions.
    'no-unused-components': 'off',
    // The router prefers fixed segments to variable ones, so such paths are not ambiguous.
    'no-ambiguous-paths': 'off',
    'operation-operationId': 'error',
    'operation-description': 'error',
    'tag-description': 'error',
    'no-duplicated-tag-names': 'error',
    'no-invalid-parameter-examples': 'error',
    'no-invalid-schema-examples': 'error',
  },
} as const;

/** Lints an OpenAPI document without network access. Returns one sentence per fault. */
export async function lintDocument(source: string): Promise<string[]> {
  const config = await createConfig({ ...rules, extends: [...rules.extends] });
  const problems = await lintFromString({ source, absoluteRef: 'openapi.json', config });
  return problems.map(
    ({ message, ruleId, location: [at] }) => `${at?.pointer ?? '#/'}: ${message} (${ruleId})`,
  );
}
