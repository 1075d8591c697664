import { bannedWords } from './banned-words.ts';

/** Reports each banned wording in a text as `path:line: "wording": write … instead.` */
export function wordFaults(path: string, text: string): string[] {
  return text.split('\n').flatMap((line, index) =>
    bannedWords.flatMap(({ pattern, instead }) => {
      const found = pattern.exec(line)?.[0].trim();
      return found === undefined ? [] : [`${path}:${index + 1}: "${found}": write ${instead}.`];
    }),
  );
}
