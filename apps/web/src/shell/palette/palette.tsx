import {
  type KeyboardEvent,
  type RefObject,
  useEffect,
  useId,
  useLayoutEffect,
  useRef,
  useState,
} from 'react';
import { flushSync } from 'react-dom';
import type { Session } from '../../api.tsx';
import visually from '../../parts/visually-hidden.module.css';
import { paletteText as text } from '../../text/palette.en.ts';
import { type Command, type Group, moved } from './commands.ts';
import styles from './palette.module.css';
import { useCommands } from './use-commands.ts';

const groups = Object.keys(text.groups) as readonly Group[];

/** Milliseconds after the last key before the platform is asked. */
const pauseMs = 150;

/**
 * Finds screens, canvases and the actions of the current page. The focus stays in its field, which names the active line to screen
 * readers. The browser returns the focus to where it was before a line is chosen.
 */
export function Palette({
  user,
  typed,
  onClose,
}: {
  readonly user: Session['user'];
  /** Letters that were typed before the palette was there. */
  readonly typed: RefObject<string>;
  readonly onClose: () => void;
}) {
  const id = useId();
  const dialog = useRef<HTMLDialogElement>(null);
  const [words, setWords] = useState('');
  const [activeId, setActive] = useState<string | undefined>(undefined);
  const sought = useSettled(words);
  const { commands, isSearching, hasFailed } = useCommands(sought, user);
  const active = commands.find((command) => command.id === activeId) ?? commands[0];
  const idOf = (command: Command) => `${id}-${commands.indexOf(command)}`;

  // A letter belongs either to what was typed before this moment, or to the field.
  useLayoutEffect(() => {
    dialog.current?.showModal();
    setWords(typed.current);
  }, [typed]);

  const choose = (command: Command) => {
    dialog.current?.close();
    flushSync(onClose);
    command.run();
  };
  const move = (steps: number) => {
    const next = moved(commands, active?.id, steps);
    setActive(next?.id);
    if (next) document.getElementById(idOf(next))?.scrollIntoView({ block: 'nearest' });
  };
  const keys = (event: KeyboardEvent) => {
    const steps = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.nativeEvent.isComposing) return;
    if (event.key === 'Enter' && active) choose(active);
    else if (steps !== undefined) move(steps);
    else if (event.key === 'k' && (event.ctrlKey || event.metaKey)) dialog.current?.close();
    else return;
    event.preventDefault();
  };
  const isUnknown = commands.length === 0 && !isSearching && sought === words;
  return (
    <dialog ref={dialog} className={styles.palette} aria-label={text.title} closedby="any" onClose={onClose}>
      <input
        className={styles.field}
        type="text"
        role="combobox"
        aria-label={text.label}
        aria-expanded="true"
        aria-controls={`${id}-list`}
        aria-autocomplete="list"
        aria-activedescendant={active && idOf(active)}
        placeholder={text.label}
        autoComplete="off"
        spellCheck="false"
        dir="auto"
        value={words}
        onChange={({ target }) => {
          setWords(target.value);
          setActive(undefined);
        }}
        onKeyDown={keys}
      />
      <div className={styles.list} id={`${id}-list`} role="listbox" aria-label={text.results}>
        {groups.map((group) => {
          const found = commands.filter((command) => command.group === group);
          return (
            found.length > 0 && (
              // biome-ignore lint/a11y/useSemanticElements: a list of options holds groups, and no fieldset.
              <div key={group} role="group" aria-labelledby={`${id}-${group}`}>
                <div className={styles.group} id={`${id}-${group}`}>
                  {text.groups[group]}
                </div>
                {found.map((command) => (
                  // biome-ignore lint/a11y/useKeyWithClickEvents: the keys belong to the field, which keeps the focus.
                  <div
                    key={command.id}
                    id={idOf(command)}
                    className={styles.line}
                    role="option"
                    tabIndex={-1}
                    aria-selected={command === active}
                    onPointerMove={() => setActive(command.id)}
                    onMouseDown={(event) => event.preventDefault()}
                    onClick={() => choose(command)}
                  >
                    <span className={styles.label} dir="auto">
                      {command.label}
                    </span>
                    {command.hint && <span className={styles.hint}>{command.hint}</span>}
                  </div>
                ))}
              </div>
            )
          );
        })}
      </div>
      {isUnknown && <p className={styles.note}>{text.nothing(words)}</p>}
      {hasFailed && <p className={styles.note}>{text.failed}</p>}
      <p className={visually.hidden} role="status">
        {isSearching ? text.searching : isUnknown ? text.nothing(words) : text.count(commands.length)}
      </p>
    </dialog>
  );
}

/** A value that has not changed for a moment. */
function useSettled(value: string): string {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), pauseMs);
    return () => clearTimeout(timer);
  }, [value]);
  return settled;
}
