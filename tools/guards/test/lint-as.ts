import { ESLint } from 'eslint';
import tseslint from 'typescript-eslint';
import { root } from '../src/root.ts';

// The repository's own program holds what is on disk; the language service takes the snippet in its place.
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
 * What the repository's configuration reports for `code`, as if it were the content of `file`: rule and message id.
 * The rules about types are left out, as loading a project takes seconds.
 */
export const lintAs = (file: string, code: string): Promise<string[]> => reports(untyped, file, code);

/** The same with the rules about types; `file` must exist. */
export const lintTypedAs = (file: string, code: string): Promise<string[]> => reports(typed, file, code);

async function reports(linter: ESLint, file: string, code: string): Promise<string[]> {
  const [result] = await linter.lintText(code, { filePath: `${root}${file}` });
  return (result?.messages ?? []).map(
    ({ ruleId, messageId, message }) => `${ruleId} ${messageId ?? message}`,
  );
}
