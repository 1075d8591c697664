import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { temporaryFolder } from '../test/temporary-folder.ts';
import { followLogs, readable } from './follow-logs.ts';

const event = {
  level: 'warn',
  time: '2026-12-01T20:08:21.123Z',
  service: 'canvas',
  version: 'dev',
  message: 'request completed',
  status: 201,
  operation: 'generateCanvas',
};

test('an event is one line with time, level, message and fields', () => {
  expect(readable(JSON.stringify(event), false)).toBe(
    '20:08:21.123 WARN  request completed status=201 operation=generateCanvas',
  );
});

test('an error keeps its stack, on separate lines', () => {
  const err = { message: 'broken', stack: 'Error: broken\n    at canvas.ts:1:1' };
  expect(readable(JSON.stringify({ ...event, err }), false)).toMatch(
    /operation=generateCanvas\nError: broken\n {4}at/,
  );
});

test('a line that is not an event stays unchanged', () => {
  expect(readable('Debugger listening on ws://127.0.0.1:9229', false)).toBe(
    'Debugger listening on ws://127.0.0.1:9229',
  );
  expect(readable('{ "half', false)).toBe('{ "half');
});

test('appended lines are printed with the name of the program, also from files that appear later', async () => {
  const folder = await temporaryFolder();
  const logs = ['canvas', 'gateway'].map((name) => ({ name, file: join(folder, `${name}.log`) }));
  const printed: string[] = [];
  const stop = new AbortController();
  onTestFinished(() => stop.abort());
  const ended = followLogs(logs, { print: (line) => printed.push(line), colour: false, signal: stop.signal });
  await appendFile(join(folder, 'gateway.log'), 'begun\nÜber');
  await expect.poll(() => printed).toEqual(['gateway begun']);
  await appendFile(join(folder, 'gateway.log'), 'gabe\n');
  await appendFile(join(folder, 'canvas.log'), 'up\n');
  await expect.poll(() => printed.toSorted()).toEqual(['canvas  up', 'gateway begun', 'gateway Übergabe']);
  stop.abort();
  await ended;
});
