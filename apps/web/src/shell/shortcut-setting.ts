const key = 'shortcuts';

/** Returns false if the user has switched single-letter shortcuts off, for example because of dictation (WCAG 2.1.4). */
export function readShortcuts(): boolean {
  return localStorage.getItem(key) !== 'off';
}

export function writeShortcuts(isOn: boolean): void {
  if (isOn) localStorage.removeItem(key);
  else localStorage.setItem(key, 'off');
}
