/** Whether an insert failed because another one has just taken the same number of the same prompt. */
export function isNumberTaken(error: unknown): boolean {
  const { code, constraint } = error as { code?: unknown; constraint?: unknown };
  return code === '23505' && constraint === 'prompt_versions_prompt_key_version_key';
}
