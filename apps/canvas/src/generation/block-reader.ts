import { JSONParser } from '@streamparser/json';
import { type Section, sections } from '@valuecanvas/contracts-canvas';
import { itemsOf } from './items.ts';
import { titleAt } from './parse-answer.ts';
import { sectionNamed } from './section-names.ts';

/** Receives the text of one answer, piece by piece. */
export type TextListener = (piece: string) => void;

/** Text before the JSON object of an answer: nothing, a code fence, or prose that ends with a code fence. */
const beforeJson = /^\s*$|```\w*\s*$/;

/** Blocks stand at the top of the answer, or one level deeper, as in `{"canvas": {…}}`. */
const blockPaths = ['$.*', '$.*.*'];

/**
 * Reads the blocks and the title of an answer while a model writes it. Calls `onBlock` once for each block, as soon as it is
 * complete. Only valid JSON is read. The blocks of any other answer are found when it is complete.
 */
export function createBlockReader(
  onBlock: (section: Section, items: string[]) => void,
  onTitle: (title: string) => void = () => undefined,
): TextListener {
  const found = new Set<Section>();
  const parser = new JSONParser({ paths: blockPaths, keepStack: true });
  parser.onValue = ({ value, key, stack }) => {
    const title = sectionAt(stack.at(-1)?.key) ? undefined : titleAt(key, value);
    if (title !== undefined) onTitle(title);
    const section = sectionAt(key);
    // A key inside a block is no block, as in `{"channels": {"customers": […]}}`.
    if (section === undefined || found.has(section) || sectionAt(stack.at(-1)?.key)) return;
    const items = itemsOf(value);
    if (items.length === 0) return;
    found.add(section);
    onBlock(section, items);
  };
  let ended = false;
  let start = '';
  parser.onError = () => {
    ended = true;
  };

  return (piece) => {
    if (ended || parser.isEnded || found.size === sections.length) return;
    let text = piece;
    if (start !== '{') {
      start += piece;
      const at = start.indexOf('{');
      if (at < 0) return;
      ended = !beforeJson.test(start.slice(0, at));
      if (ended) return;
      text = start.slice(at);
      start = '{';
    }
    parser.write(text);
  };
}

function sectionAt(key: unknown): Section | undefined {
  return typeof key === 'string' ? sectionNamed(key) : undefined;
}
