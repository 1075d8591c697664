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
  rule(/\.list/, /"path":"cursor"/, 'The nextCursor of the previous page'),
  rule(/^llm\.get(?:OwnUsage|PlatformCosts)$/, /"path":"startDate"/, 'has 1 to 366 days'),
  rule(/^(?:llm|canvas)\./, /is not served by any provider/, 'A model that GET /v1/models lists'),
  rule(/^llm\./, /The provider refused the request/, 'VALIDATION_FAILED if the provider rejects the input'),
  rule(/^llm\.chat$/, /Send one of prompt, messages and promptKey/, 'Send this, messages or promptKey'),
  rule(/^llm\.chat$/, /"path":"prompt(?:Variables|Label|Environment|Unit)/, 'only with promptKey'),
  rule(/^llm\./, /IDEMPOTENCY_MISMATCH/, 'with the same key and body within 24 h'),
  rule(/^canvas\.apply$/, /"path":"suggestions"/, 'holds at most 50 items'),
  rule(/^apiKeys\.create$/, /"path":"expiresAt"/, 'must be in the future'),
  rule(/^apiKeys\.create$/, /"code":"UNPROCESSABLE"/, 'UNPROCESSABLE if the user has too many'),
  rule(/^flags\./, /"path":"rolloutPercentage"/, 'with at most three decimals'),
  rule(/^flags\./, /\.values","message":"must be (?:string|number)s/, 'Strings for startsWith and endsWith'),
  rule(/^flags\./, /"path":"rules\.\d+\.when/, 'Either attribute, operator and values, or one of all'),
  rule(/^flags\./, /"path":"rules\.\d+\.percentage/, 'with at most three decimals'),
  rule(/^flags\./, /names no variant of the flag/, 'By default, weights select one'),
  rule(/^flags\./, /"path":"prerequisites/, 'Cycles are refused'),
  rule(/^flags\./, /"path":"variants/, 'unique names, at least one of them with a weight above 0'),
  rule(
    /^prompts\.createVersion$/,
    /"path":"(?:template|variables)/,
    'All variables of the template, each exactly once',
  ),
  rule(
    /^prompts\.createExperiment$/,
    /"path":"(?:arms|metric)/,
    'for unknown versions, for arms of the same name, and for a metric that is neither built in nor declared',
  ),
  rule(
    /^prompts\.createCanary$/,
    /"path":"(?:version|steps|guardrails)/,
    'if the percentages do not grow, or if no guardrail is left',
  ),
  rule(
    /^prompts\.postExecutionMetric$/,
    /"path":"metric"/,
    'VALIDATION_FAILED for a metric that the registry observes itself',
  ),
  rule(/^prompts\.createDataset$/, /send either cases or jsonl/, 'Send these or jsonl'),
  rule(/^prompts\.createDataset$/, /"path":"jsonl/, 'as JSON Lines, one per line'),
  rule(/^prompts\.createDataset$/, /has no grader/, 'every case at least one grader'),
  rule(/^prompts\.createDataset$/, /\.expected"/, 'Required if an exact or contains grader has no text'),
  rule(/^prompts\.createDataset$/, /\.pattern"/, 'neither backreferences nor lookarounds'),
  rule(/^prompts\.createDataset$/, /\.expression"/, 'Expression over'),
  rule(/^prompts\.createDataset$/, /\.schema"/, 'without $ref, pattern and format'),
  rule(/^prompts\.render$/, /"path":"variables/, 'Missing required variables and unknown ones are rejected'),
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
