/** Keys outside text fields, and what they do. */
export interface Shortcut {
  /**
   * Each of these keys does it, named as in `KeyboardEvent.key`. `g p` is two keys in succession. `Mod+z` is z with Ctrl or ⌘,
   * `Mod+Shift+z` also with Shift.
   */
  readonly keys: readonly string[];
  /** The keys as the list of shortcuts shows them. By default, the first one. */
  readonly shown?: string;
  /** A selector of the elements for which the keys work while they hold the focus. By default, they always work. */
  readonly on?: string;
  /** Works on all pages, so that lists of shortcuts end with it. */
  readonly isGeneral?: true;
  readonly label: string;
  readonly run: (key: string) => void;
}

export type KeyPress = Pick<
  KeyboardEvent,
  'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey' | 'repeat' | 'timeStamp'
>;

/** Milliseconds in which the second key of two must follow the first. */
const pairMs = 1_500;

/**
 * Creates a reader of keys as they are pressed. `isOn` tests the element with the focus. It returns what to do, `waits` after the first key of two, and undefined for keys that
 * belong to no shortcut. Without `hasLetters`, keys that write a character do nothing on their own (WCAG 2.1.4).
 */
export function createKeyReader() {
  let first: { readonly key: string; readonly at: number } | undefined;
  return (
    press: KeyPress,
    isOn: (selector: string) => boolean,
    { offered, hasLetters }: { readonly offered: readonly Shortcut[]; readonly hasLetters: boolean },
  ): (() => void) | 'waits' | undefined => {
    if (['Shift', 'Control', 'Alt', 'Meta'].includes(press.key)) return undefined;
    const before = first && press.timeStamp - first.at < pairMs ? first.key : undefined;
    first = undefined;
    const key = nameOf(press);
    const isLetter = [...key].length === 1;
    if (press.altKey || (isLetter && (!hasLetters || press.repeat))) return undefined;
    const sought = before === undefined ? key : `${before} ${key}`;
    const found = offered.find(({ keys, on }) => keys.includes(sought) && (on === undefined || isOn(on)));
    if (found) return () => found.run(sought);
    if (!offered.some(({ keys }) => keys.some((one) => one.startsWith(`${key} `)))) return undefined;
    first = { key, at: press.timeStamp };
    return 'waits';
  };
}

function nameOf({ key, ctrlKey, metaKey, shiftKey }: KeyPress): string {
  if (!ctrlKey && !metaKey) return key;
  return `Mod+${shiftKey ? 'Shift+' : ''}${key.toLowerCase()}`;
}

const isApple = () => /Mac|iPhone|iPad/.test(navigator.userAgent);

/** A key as it is written on the user's keyboard: `Mod+z` is `⌘ Z` on a Mac, and `Ctrl Z` elsewhere. */
export function shownKey(key: string): string {
  const parts = key.split('+');
  if (key === '+' || parts.length === 1) return key;
  const names: Record<string, string> = { Mod: isApple() ? '⌘' : 'Ctrl', Shift: isApple() ? '⇧' : 'Shift' };
  return parts.map((part) => names[part] ?? (part.length === 1 ? part.toUpperCase() : part)).join(' ');
}
