import { Button } from '../../parts/button.tsx';
import { text } from '../../text/en.ts';
import type { Section, Words } from './blocks.ts';
import type { CanvasDocument, Conflict } from './canvas-document.ts';
import styles from './conflicts.module.css';

/** Both versions of a block that was changed here and elsewhere, and the choice between them. */
export function ConflictChoice({
  section,
  conflict,
  canvasDocument,
}: {
  readonly section: Section;
  readonly conflict: Conflict;
  readonly canvasDocument: CanvasDocument;
}) {
  const sides = [
    [text.canvas.yours, conflict.yours],
    [text.canvas.theirs, conflict.saved],
  ] as const;
  return (
    <div className={styles.conflict}>
      <p role="alert">{text.canvas.conflict}</p>
      <div className={styles.sides}>
        {sides.map(([name, items]) => (
          <div key={name}>
            <h3>{name}</h3>
            <ul>
              {items.map((item) => (
                <li key={item} dir="auto">
                  {item}
                </li>
              ))}
            </ul>
          </div>
        ))}
      </div>
      <div className={styles.choices}>
        <Button onClick={() => canvasDocument.resolve(section, 'yours')}>{text.canvas.keepYours}</Button>
        <Button onClick={() => canvasDocument.resolve(section, 'saved')}>{text.canvas.keepTheirs}</Button>
        <Button onClick={() => canvasDocument.resolve(section, 'both')}>{text.canvas.keepBoth}</Button>
      </div>
    </div>
  );
}

/** Says that words were changed elsewhere, too, and offers those. */
export function WordsElsewhere({
  words,
  canvasDocument,
}: {
  readonly words: Partial<Words>;
  readonly canvasDocument: CanvasDocument;
}) {
  const names = Object.keys(words) as (keyof Words)[];
  return names.map((name) => (
    <p key={name} className={styles.elsewhere} role="alert">
      <span dir="auto">{text.canvas.changedElsewhere(text.canvas.words[name], words[name] ?? '')}</span>
      <Button look="link" onClick={() => canvasDocument.resolveWords(name, 'saved')}>
        {text.canvas.keepTheirs}
      </Button>
      <Button look="link" onClick={() => canvasDocument.resolveWords(name, 'yours')}>
        {text.canvas.keepYours}
      </Button>
    </p>
  ));
}
