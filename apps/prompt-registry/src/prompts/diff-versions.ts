import { isDeepStrictEqual } from 'node:util';
import type {
  DiffLine,
  FieldChange,
  PinnedPromptVersion,
  PromptDiff,
} from '@valuecanvas/contracts-prompt-registry';
import { diffArrays, diffWordsWithSpace } from 'diff';

/** Timeout of the comparison of two texts. Beyond it, the lines count as replaced. */
const timeoutMs = 500;

/** Longer lines are not compared by word. */
const maxComparedLine = 5_000;

/** At most this many pairs of lines are compared by word. */
const maxComparedPairs = 500;

/** Compares the text of two versions by line and word, and their variables and metadata by name. */
export function diffVersions(before: PinnedPromptVersion, after: PinnedPromptVersion): PromptDiff {
  return {
    promptKey: after.promptKey,
    from: before.version,
    to: after.version,
    lines: diffLines(linesOf(before), linesOf(after)),
    variables: diffFields(variablesByName(before), variablesByName(after)),
    metadata: diffFields(before.metadata, after.metadata),
  };
}

function linesOf({ template, messages }: PinnedPromptVersion): string[] {
  const text = messages ? messages.map(({ role, content }) => `[${role}]\n${content}`).join('\n') : template;
  return text.split('\n');
}

function diffLines(before: string[], after: string[]): DiffLine[] {
  const lines: DiffLine[] = [];
  let [from, to, pairs] = [0, 0, 0];
  const changes = diffArrays(before, after, { timeout: timeoutMs }) ?? [
    { value: before, removed: true, added: false },
    { value: after, removed: false, added: true },
  ];
  changes.forEach(({ value, removed, added }, index) => {
    if (!removed && !added) {
      for (const text of value) {
        from += 1;
        to += 1;
        lines.push({ kind: 'equal', from, to, text });
      }
      return;
    }
    // A removal comes before the addition that replaces it.
    const other = removed ? changes[index + 1] : changes[index - 1];
    const replaced = other && (removed ? other.added : other.removed) ? other.value : [];
    value.forEach((text, position) => {
      const counterpart = replaced[position];
      const isCompared = counterpart !== undefined && pairs < maxComparedPairs;
      if (isCompared && removed) pairs += 1;
      const words = isCompared ? wordsOf(text, counterpart, removed) : undefined;
      if (removed) from += 1;
      else to += 1;
      lines.push({
        kind: removed ? 'removed' : 'added',
        ...(removed ? { from } : { to }),
        text,
        ...(words ? { words } : {}),
      });
    });
  });
  return lines;
}

/** Returns the parts of a changed line: those that both lines have, and its own. */
function wordsOf(text: string, counterpart: string, isRemoved: boolean): DiffLine['words'] {
  if (Math.max(text.length, counterpart.length) > maxComparedLine) return undefined;
  const [before, after] = isRemoved ? [text, counterpart] : [counterpart, text];
  return diffWordsWithSpace(before, after, { timeout: timeoutMs })
    ?.filter(({ removed, added }) => (isRemoved ? !added : !removed))
    .map(({ value, removed, added }) => ({
      kind: removed ? 'removed' : added ? 'added' : 'equal',
      text: value,
    }));
}

function variablesByName({ variables }: PinnedPromptVersion): Readonly<Record<string, unknown>> {
  return Object.fromEntries(variables.map(({ name, ...rest }) => [name, rest]));
}

function diffFields(
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>>,
): FieldChange[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return names.flatMap((name) => {
    const [was, is] = [own(before, name), own(after, name)];
    if (isDeepStrictEqual(was, is)) return [];
    return [
      { name, ...(was === undefined ? {} : { before: was }), ...(is === undefined ? {} : { after: is }) },
    ];
  });
}

function own(fields: Readonly<Record<string, unknown>>, name: string): unknown {
  return Object.hasOwn(fields, name) ? fields[name] : undefined;
}
