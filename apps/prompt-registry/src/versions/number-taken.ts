/** Returns true if an insert failed because a concurrent one took the same version number of the prompt. */
export function isNumberTaken(error: unknown): boolean {
  const { code, constraint } = error as { code?: unknown; constraint?: unknown };
  return code === '23505' && constraint === 'prompt_versions_prompt_key_version_key';
}
