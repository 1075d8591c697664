import { AppError } from '@valuecanvas/contracts-core';
import { normalized } from '../comparison/similarity.ts';

/** Returns true if the texts repeat a passage of the prompt that is not the user's own text. */
export type RepeatsPrompt = (texts: readonly string[]) => boolean;

/** Letters and digits of a compared passage: about ten English words. */
const leakLength = 48;

/** Distance between the starts of compared passages. Every copy of 1.5 times the length contains a compared passage. */
const step = leakLength / 2;

/**
 * Returns a detector of texts that repeat a passage of the template. Case, spacing and punctuation do not matter, and the
 * passage may be spread over several texts. Passages that are also in the variables come from the user and are allowed. A
 * translated, paraphrased or encoded prompt is not recognised.
 */
export function leakDetector(template: string, variables: Readonly<Record<string, string>>): RepeatsPrompt {
  const given = normalized(Object.values(variables).join('\n'));
  const passages = template
    .split(/\{\{[^{}]*\}\}/)
    .map(normalized)
    .flatMap((text) =>
      Array.from({ length: Math.max(0, Math.floor((text.length - leakLength) / step) + 1) }, (_, at) =>
        text.slice(at * step, at * step + leakLength),
      ),
    )
    .filter((passage) => !given.includes(passage));
  return (texts) => {
    const text = normalized(texts.join('\n'));
    return text.length >= leakLength && passages.some((passage) => text.includes(passage));
  };
}

/** Returns the value. Throws LLM_BAD_RESPONSE if its texts repeat the prompt. */
export function withoutPrompt<T>(value: T, repeatsPrompt: RepeatsPrompt): T {
  if (repeatsPrompt(textsIn(value)))
    throw new AppError('LLM_BAD_RESPONSE', {
      message: 'The model repeated its instructions instead of an answer. Rephrase the text.',
      internal: 'the answer repeats a passage of the prompt',
    });
  return value;
}

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(textsIn);
}
