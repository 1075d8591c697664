import { ESLint } from 'eslint';
import tseslint from 'typescript-eslint';
import { root } from '../src/root.ts';

// The language service replaces the file's content on disk with the snippet.
const languageService = { parserOptions: { project: false, projectService: true } } as const;

const typed = new ESLint({
  cwd: root,
  overrideConfig: [{ files: ['**/*.ts'], languageOptions: languageService }],
});

const untyped = new ESLint({
  cwd: root,
  overrideConfig: [{ files: ['**/*.ts'], ...(tseslint.configs.disableTypeChecked as object) }],
});

/**
 * Lints `code` as the content of `file` with the repository's configuration. Returns rule and message id. Skips
 * type-aware rules, because loading a project takes seconds.
 */
export const lintAs = (file: string, code: string): Promise<string[]> => reports(untyped, file, code);

/** Lints with type-aware rules too. `file` must exist. */
export const lintTypedAs = (file: string, code: string): Promise<string[]> => reports(typed, file, code);

async function reports(linter: ESLint, file: string, code: string): Promise<string[]> {
  const [result] = await linter.lintText(code, { filePath: `${root}${file}` });
  return (result?.messages ?? []).map(
    ({ ruleId, messageId, message }) => `${ruleId} ${messageId ?? message}`,
  );
}
