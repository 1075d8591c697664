import { requestLimits } from '@valuecanvas/web-client';
import {
  type ClipboardEvent,
  type KeyboardEvent,
  Suspense,
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
} from 'react';
import { Button } from '../../parts/button.tsx';
import { lazyPart } from '../../parts/lazy-part.ts';
import { text } from '../../text/en.ts';
import { isWide, nameOf, type Section, sections } from './blocks.ts';
import type { CanvasDocument, Conflict } from './canvas-document.ts';
import { BlockFrame } from './canvas-sheet.tsx';
import styles from './editable-block.module.css';

const ConflictChoice = lazyPart(async () => (await import('./conflicts.tsx')).ConflictChoice);
const ItemMenu = lazyPart(async () => (await import('./item-menu.tsx')).ItemMenu);

/** All blocks have the same limits. */
const {
  maxItems,
  items: { maxLength },
} = requestLimits.updateCanvas.channels;

/** The counter appears when this few characters are left. */
const counterFrom = 100;

/** One block to edit. Every item is a button that turns into a text field in the same place. */
export function EditableBlock({
  section,
  items,
  conflict,
  suggested,
  canvasDocument,
  onSuggest,
}: {
  readonly section: Section;
  readonly items: readonly string[];
  readonly conflict: Conflict | undefined;
  /** Chosen suggestions, which are not on the canvas yet. */
  readonly suggested: readonly string[];
  readonly canvasDocument: CanvasDocument;
  readonly onSuggest: () => void;
}) {
  const [editing, setEditing] = useState<number | undefined>(undefined);
  /** Text of the item that is edited. A merge can move it to another place. */
  const typed = useRef('');
  const list = useRef<HTMLUListElement>(null);
  const focusAfter = useRef<number | undefined>(undefined);

  // Leaves the focus on the item that was edited or moved.
  useLayoutEffect(() => {
    const index = focusAfter.current;
    if (index === undefined || editing !== undefined) return;
    focusAfter.current = undefined;
    const buttons = list.current?.querySelectorAll<HTMLElement>('[data-item]');
    buttons?.[Math.min(index, buttons.length - 1)]?.focus();
  });

  useLayoutEffect(() => {
    if (editing === undefined || items[editing] === typed.current) return;
    const index = items.indexOf(typed.current);
    setEditing(index < 0 ? undefined : index);
  }, [editing, items]);

  const change = (next: readonly string[], step?: string) => canvasDocument.change(section, next, step);
  /** The newest items: an event can follow another one before this component is rendered again. */
  const current = () => canvasDocument.getState().content[section];
  const isFull = items.length >= maxItems;

  const edit = (index: number | undefined) => {
    typed.current = (index === undefined ? undefined : current()[index]) ?? '';
    setEditing(index);
  };
  const insert = (index: number) => {
    if (isFull) return;
    change(current().toSpliced(index, 0, ''));
    edit(index);
  };
  const type = (index: number, value: string) => {
    typed.current = value;
    change(current().with(index, value), `${section} ${index}`);
  };
  const remove = (index: number) => {
    change(current().toSpliced(index, 1));
    focusAfter.current = Math.max(0, index - 1);
  };
  /** Ends editing. A blank item disappears. */
  const finish = (index: number) => {
    if (current()[index]?.trim() === '') change(current().toSpliced(index, 1), `${section} ${index}`);
    edit(undefined);
    void canvasDocument.flush();
  };
  const reorder = (index: number, to: number) => {
    const item = items[index];
    if (item === undefined || to < 0 || to >= items.length) return;
    change(items.toSpliced(index, 1).toSpliced(to, 0, item));
    focusAfter.current = to;
  };
  /** Moves an item to the block before or after this one in reading order. */
  const moveByKeys = (index: number, step: number) => {
    const to = sections[sections.indexOf(section) + step];
    if (!to) return;
    canvasDocument.move(section, index, to);
    const buttons = () =>
      document.querySelectorAll<HTMLElement>(`[aria-labelledby="block-${to}"] [data-item]`);
    requestAnimationFrame(() => [...buttons()].at(-1)?.focus());
  };
  const keysOfItem = (index: number) => (event: KeyboardEvent) => {
    if (event.key === 'Delete' || event.key === 'Backspace') remove(index);
    else if (!event.altKey) return;
    else if (event.key === 'ArrowUp') reorder(index, index - 1);
    else if (event.key === 'ArrowDown') reorder(index, index + 1);
    else if (event.shiftKey && event.key === 'ArrowLeft') moveByKeys(index, -1);
    else if (event.shiftKey && event.key === 'ArrowRight') moveByKeys(index, 1);
    else return;
    event.preventDefault();
  };

  if (conflict)
    return (
      <BlockFrame section={section}>
        <Suspense>
          <ConflictChoice section={section} conflict={conflict} canvasDocument={canvasDocument} />
        </Suspense>
      </BlockFrame>
    );
  return (
    <BlockFrame
      section={section}
      count={items.length}
      className={`${styles.block} ${isWide(section) ? styles.wide : ''}`}
      actions={
        <span className={styles.actions}>
          <Button
            look="quiet"
            className={styles.add ?? ''}
            aria-label={text.canvas.suggestFor(nameOf(section))}
            onClick={onSuggest}
          >
            {text.canvas.suggest}
          </Button>
          <Button
            look="quiet"
            className={styles.add ?? ''}
            data-add
            aria-label={text.canvas.addTo(nameOf(section))}
            disabled={isFull}
            title={isFull ? text.canvas.full : undefined}
            onClick={() => insert(items.length)}
          >
            {text.canvas.add}
          </Button>
        </span>
      }
    >
      {items.length === 0 && (
        <button type="button" className={styles.empty} onClick={() => insert(0)}>
          {text.canvas.empty}
        </button>
      )}
      <ul className={styles.items} ref={list}>
        {[...items.entries()].map(([index, item]) => (
          <li key={index} className={`${styles.row} ${editing === index ? styles.editing : ''}`}>
            {editing === index ? (
              <ItemEditor
                item={item}
                label={`${nameOf(section)}, ${text.canvas.item} ${index + 1}`}
                onChange={(value) => type(index, value)}
                onPasteLines={(lines) => {
                  const pasted = lines.slice(0, maxItems - items.length + 1);
                  change(current().toSpliced(index, 1, ...pasted));
                  edit(index + pasted.length - 1);
                }}
                onNext={() => {
                  if (item.trim() === '' || isFull) finish(index);
                  else insert(index + 1);
                }}
                onRemove={() => {
                  change(current().toSpliced(index, 1));
                  edit(index > 0 ? index - 1 : undefined);
                }}
                onEnd={() => {
                  focusAfter.current = index;
                  finish(index);
                }}
                onLeave={() => finish(index)}
              />
            ) : (
              <>
                <button
                  type="button"
                  data-item
                  className={styles.text}
                  dir="auto"
                  onClick={() => edit(index)}
                  onKeyDown={keysOfItem(index)}
                >
                  {item}
                </button>
                <span className={styles.menu}>
                  <Suspense>
                    <ItemMenu
                      item={item}
                      section={section}
                      onMoveUp={index > 0 ? () => reorder(index, index - 1) : undefined}
                      onMoveDown={index < items.length - 1 ? () => reorder(index, index + 1) : undefined}
                      onMoveTo={(to) => canvasDocument.move(section, index, to)}
                      onRemove={() => remove(index)}
                    />
                  </Suspense>
                </span>
              </>
            )}
          </li>
        ))}
      </ul>
      {suggested.length > 0 && (
        <ul className={styles.suggested} aria-label={text.canvas.suggested}>
          {suggested.map((item) => (
            <li key={item} dir="auto">
              {item} <span className={styles.hint}>{text.canvas.suggested}</span>
            </li>
          ))}
        </ul>
      )}
    </BlockFrame>
  );
}

/** The text field of an item, with the same metrics as the text that it replaces. */
function ItemEditor({
  item,
  label,
  onChange,
  onPasteLines,
  onNext,
  onRemove,
  onEnd,
  onLeave,
}: {
  readonly item: string;
  readonly label: string;
  readonly onChange: (value: string) => void;
  readonly onPasteLines: (lines: readonly string[]) => void;
  readonly onNext: () => void;
  readonly onRemove: () => void;
  readonly onEnd: () => void;
  readonly onLeave: () => void;
}) {
  const field = useRef<HTMLTextAreaElement>(null);
  const [original] = useState(item);
  /** True once a key has ended the editing. The field then loses the focus as well. */
  const isDone = useRef(false);
  useEffect(() => {
    field.current?.focus();
    field.current?.setSelectionRange(original.length, original.length);
  }, [original]);
  const keys = (event: KeyboardEvent) => {
    // While an input method composes a character, its keys are not ours.
    if (event.nativeEvent.isComposing) return;
    const isEnd = ['Enter', 'Escape'].includes(event.key) || (event.key === 'Backspace' && item === '');
    if (!isEnd) return;
    event.preventDefault();
    isDone.current = true;
    if (event.key === 'Enter') onNext();
    else if (event.key === 'Backspace') onRemove();
    else {
      onChange(original);
      onEnd();
    }
  };
  const paste = (event: ClipboardEvent) => {
    const lines = event.clipboardData
      .getData('text/plain')
      .split(/\r?\n/)
      .map((line) =>
        line
          .replace(/^\s*[-*•]\s+/, '')
          .trim()
          .slice(0, maxLength),
      )
      .filter((line) => line !== '');
    if (lines.length < 2) return;
    event.preventDefault();
    isDone.current = true;
    onPasteLines(item.trim() === '' ? lines : [item, ...lines]);
  };
  const left = maxLength - item.length;
  return (
    <>
      <textarea
        ref={field}
        className={styles.editor}
        dir="auto"
        rows={1}
        aria-label={label}
        maxLength={maxLength}
        value={item}
        onChange={({ target }) => onChange(target.value.replaceAll('\n', ' '))}
        onKeyDown={keys}
        onPaste={paste}
        onBlur={() => isDone.current || onLeave()}
      />
      {left <= counterFrom && <span className={styles.note}>{text.canvas.charactersLeft(left)}</span>}
    </>
  );
}
