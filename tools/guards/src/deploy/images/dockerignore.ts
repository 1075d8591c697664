interface Rule {
  readonly pattern: RegExp;
  readonly ignores: boolean;
}

/** Whether a file stays out of the build's context: the last rule that matches it, or a folder above it, decides. */
export function readDockerignore(text: string): (path: string) => boolean {
  const rules = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map(readRule);
  return (path) => rules.findLast(({ pattern }) => pattern.test(path))?.ignores ?? false;
}

function readRule(line: string): Rule {
  const ignores = !line.startsWith('!');
  const glob = ignores ? line : line.slice(1);
  const pattern = glob
    .replaceAll(/[.+^$()|[\]\\]/g, '\\$&')
    .replaceAll('**/', '\0')
    .replaceAll('*', '[^/]*')
    .replaceAll('\0', '(?:.*/)?');
  return { ignores, pattern: new RegExp(`^${pattern}(?:/|$)`) };
}
