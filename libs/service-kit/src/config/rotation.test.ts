import { pino } from 'pino';
import { expect, test } from 'vitest';
import { createRotation } from './rotation.ts';

interface Config {
  readonly KEY: string;
  readonly URL: string;
  readonly LIST: readonly string[];
}

function rotating(initial: Config) {
  const lines: Record<string, unknown>[] = [];
  const log = pino(
    { base: null, timestamp: false },
    { write: (line: string) => lines.push(JSON.parse(line)) },
  );
  let current: Config | Error = initial;
  const read = async () => {
    if (current instanceof Error) throw current;
    return current;
  };
  return {
    ...createRotation<Config>(initial, read, log),
    lines,
    change: (next: Config | Error) => {
      current = next;
    },
  };
}

const initial: Config = { KEY: 'one', URL: 'here', LIST: ['a'] };

test('a changed value reaches its followers once', async () => {
  const { follow, refresh, change, lines } = rotating(initial);
  const seen: string[] = [];
  follow(['KEY'], ({ KEY }) => seen.push(KEY));
  follow(['URL'], ({ URL }) => seen.push(URL));
  change({ ...initial, KEY: 'two', LIST: ['a'] });
  await refresh();
  await refresh();
  expect(seen).toEqual(['two']);
  expect(lines).toEqual([{ level: 30, variables: ['KEY'], msg: 'configuration: changed values are in use' }]);
});

test('a value without a follower is logged once, by name, as needing a restart', async () => {
  const { refresh, change, lines } = rotating(initial);
  change({ ...initial, URL: 'sesame' });
  await refresh();
  await refresh();
  expect(lines).toEqual([
    { level: 40, variables: ['URL'], msg: 'configuration: changed values need a restart' },
  ]);
});

test('values stay in use while the source fails, and a follower that fails gets the value again', async () => {
  const { follow, refresh, change, lines } = rotating(initial);
  const seen: string[] = [];
  follow(['KEY'], ({ KEY }) => {
    seen.push(KEY);
    if (seen.length === 1) throw new Error('not yet');
  });
  change(new Error('unavailable'));
  await expect(refresh()).rejects.toThrow('unavailable');
  expect(seen).toEqual([]);
  change({ ...initial, KEY: 'two' });
  await expect(refresh()).rejects.toThrow('not yet');
  await refresh();
  expect(seen).toEqual(['two', 'two']);
  expect(lines).toHaveLength(1);
});
