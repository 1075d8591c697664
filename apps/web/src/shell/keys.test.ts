import { beforeEach, expect, test } from 'vitest';
import { createKeyReader, type KeyPress, type Shortcut } from './keys.ts';

let ran: string[];
let read: ReturnType<typeof createKeyReader>;
let now: number;
beforeEach(() => {
  ran = [];
  read = createKeyReader();
  now = 10_000;
});

function offer(...keys: readonly string[]): Shortcut {
  return { keys, label: keys.join(), run: (key) => void ran.push(key) };
}

const offered = [
  offer('g p'),
  offer('g q'),
  offer('p'),
  offer('1', '2'),
  offer('Mod+z'),
  offer('Mod+Shift+z'),
  { ...offer('ArrowUp'), on: '[data-block]' },
];

const unpressed = { ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, repeat: false };

/** Presses keys one after another. Returns what the last one led to. */
function press(keys: readonly (string | Partial<KeyPress>)[], { hasLetters = true, on = '' } = {}) {
  let last: ReturnType<typeof read>;
  for (const pressed of keys) {
    now += 100;
    const named = typeof pressed === 'string' ? { key: pressed } : pressed;
    last = read({ ...unpressed, key: '', timeStamp: now, ...named }, (selector) => selector === on, {
      offered,
      hasLetters,
    });
    if (typeof last === 'function') last();
  }
  return last;
}

test('two keys in succession run their shortcut, and not that of the second key', () => {
  expect(press(['g'])).toBe('waits');
  press(['p']);
  expect(ran).toEqual(['g p']);
});

test('a key that does not belong to the first one does nothing, and the next key stands alone', () => {
  press(['g', '1', 'p']);
  expect(ran).toEqual(['p']);
});

test('the first key pressed again starts the pair again', () => {
  press(['g', 'g', 'q']);
  expect(ran).toEqual(['g q']);
});

test('a second key that comes too late stands alone', () => {
  press(['g']);
  now += 1_500;
  press(['p']);
  expect(ran).toEqual(['p']);
});

test('a shortcut of many keys learns which one was pressed', () => {
  press(['2']);
  expect(ran).toEqual(['2']);
});

test('Ctrl and ⌘ are told apart from the letter alone, and from Shift', () => {
  press([{ key: 'z', ctrlKey: true }, { key: 'Z', metaKey: true, shiftKey: true }, 'z']);
  expect(ran).toEqual(['Mod+z', 'Mod+Shift+z']);
  expect(press([{ key: 'p', ctrlKey: true }])).toBeUndefined();
});

test('a key for certain elements works on these alone', () => {
  expect(press(['ArrowUp'])).toBeUndefined();
  press(['ArrowUp'], { on: '[data-block]' });
  expect(ran).toEqual(['ArrowUp']);
});

test('switched off, letters do nothing, and keys that write no character go on working', () => {
  press(['p', 'g', 'q'], { hasLetters: false });
  expect(ran).toEqual([]);
  press([{ key: 'z', ctrlKey: true }], { hasLetters: false });
  expect(ran).toEqual(['Mod+z']);
});

test('a letter that is held down runs its shortcut once', () => {
  press(['p', { key: 'p', repeat: true }]);
  expect(ran).toEqual(['p']);
});
