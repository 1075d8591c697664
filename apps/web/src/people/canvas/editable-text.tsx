import { type KeyboardEvent, type ReactNode, useLayoutEffect, useRef, useState } from 'react';
import { text } from '../../text/en.ts';
import type { Words } from './blocks.ts';
import type { CanvasDocument } from './canvas-document.ts';
import styles from './editable-text.module.css';

/**
 * Words about the business that turn into a text field in the same place. Enter or leaving the field saves them, Escape
 * restores what was there. A text of several lines is ended by leaving it.
 */
export function EditableText({
  name,
  words,
  canvasDocument,
  maxLength,
  isLong = false,
  children,
}: {
  readonly name: keyof Words;
  readonly words: Words;
  readonly canvasDocument: CanvasDocument;
  readonly maxLength: number;
  readonly isLong?: boolean;
  /** The words as shown while they are not edited. */
  readonly children: ReactNode;
}) {
  const [original, setOriginal] = useState<string | undefined>(undefined);
  const button = useRef<HTMLButtonElement>(null);
  const field = useRef<HTMLInputElement & HTMLTextAreaElement>(null);
  const returnsFocus = useRef(false);
  const isEditing = original !== undefined;
  useLayoutEffect(() => {
    if (isEditing) field.current?.select();
    else if (returnsFocus.current) button.current?.focus();
    returnsFocus.current = false;
  }, [isEditing]);

  const end = () => {
    setOriginal(undefined);
    void canvasDocument.flush();
  };
  const keys = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    const isSend = event.key === 'Enter' && (!isLong || event.ctrlKey || event.metaKey);
    if (!isSend && event.key !== 'Escape') return;
    event.preventDefault();
    event.stopPropagation();
    if (event.key === 'Escape' && original !== undefined) canvasDocument.change(name, original, name);
    returnsFocus.current = true;
    end();
  };
  if (!isEditing)
    return (
      <button
        ref={button}
        type="button"
        className={styles.text}
        dir="auto"
        title={text.canvas.change[name]}
        onClick={() => setOriginal(words[name])}
      >
        {children}
      </button>
    );
  const common = {
    ref: field,
    className: `${styles.field} ${isLong ? styles.long : ''}`,
    dir: 'auto',
    'aria-label': text.canvas.words[name],
    maxLength,
    value: words[name],
    onChange: ({ target }: { target: { value: string } }) => canvasDocument.change(name, target.value, name),
    onKeyDown: keys,
    onBlur: () => returnsFocus.current || end(),
  };
  return isLong ? <textarea {...common} rows={3} /> : <input {...common} />;
}
