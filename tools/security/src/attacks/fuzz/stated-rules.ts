import type { StatedRule } from './check-answer.ts';

const rule = (operation: RegExp, refusal: RegExp, words: string): StatedRule => ({
  operation,
  refusal,
  words,
});

/**
 * Rules that no schema expresses: JSON Schema has no keyword for them, they depend on stored data or configuration, or
 * another protocol prescribes the refusal. Each names the sentence of the document that states it.
 */
export const statedRules: readonly StatedRule[] = [
  rule(/^(?:canvas|admin)\.list/, /"path":"cursor"/, 'The nextCursor of the page before'),
  rule(/^llm\.get(?:OwnUsage|PlatformCosts)$/, /"path":"startDate"/, '1 to 366 of them'),
  rule(/^(?:llm|canvas)\./, /is not served by any provider/, 'One of those that GET /v1/models lists'),
  rule(/^llm\./, /The provider refused the request/, 'What the provider does not take is VALIDATION_FAILED'),
  rule(/^llm\.chat$/, /Send either prompt or messages/, 'The question; this or messages'),
  rule(/^llm\./, /IDEMPOTENCY_MISMATCH/, 'sent again with the same body within 24 h'),
  rule(/^canvas\.apply$/, /"path":"suggestions"/, 'which holds 50 items at most'),
  rule(/^apiKeys\.create$/, /"path":"expiresAt"/, 'must be in the future'),
  rule(/^apiKeys\.create$/, /"code":"UNPROCESSABLE"/, 'UNPROCESSABLE if the user has too many'),
  rule(/^flags\./, /"path":"rolloutPercentage"/, 'with three decimals at most'),
  rule(/^flags\./, /\.values","message":"must be (?:string|number)s/, 'Texts for startsWith and endsWith'),
  rule(/^flags\./, /"path":"variants/, 'each with another name, and some with a weight above 0'),
  rule(/^prompts\.createVersion$/, /"path":"(?:template|variables)/, 'all of them, each once, and no other'),
  rule(/^prompts\.render$/, /"path":"variables/, 'missing required and unknown ones are refused'),
  rule(/^queue\./, /promptKey"/, 'or absent; absent for custom_prompt'),
  rule(/^queue\./, /promptVariables/, 'What the request of the type holds besides'),
  rule(/^queue\./, /(?:prompt|canvasId|section)"/, 'needs'),
  rule(/^auth\.signUp$/, /"user_already_exists"/, 'if the address already has an account'),
  rule(/^auth\.signUp$/, /"weak_password"/, 'shorter than 8 characters'),
  rule(
    /^auth\.updateUser$/,
    /"weak_password"|"same_password"/,
    'must have at least 8 characters and differ from the old one',
  ),
  rule(
    /^auth\.updateUser$/,
    /e-mail address and phone number cannot be changed/,
    'The e-mail address cannot be changed',
  ),
  rule(/^auth\.issueToken$/, /"unsupported_grant_type"/, 'password or refresh_token'),
  rule(
    /^auth\.issueToken$/,
    /"(?:invalid_credentials|refresh_token_not_found)"/,
    'Wrong credentials are answered with status 400',
  ),
  rule(/^auth\.issueToken$/, /"validation_failed".*Send /, 'Requires email and password'),
];
