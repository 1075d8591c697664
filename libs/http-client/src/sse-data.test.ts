import { expect, test } from 'vitest';
import { dataOf } from './sse-data.ts';

test.each<[event: string, data: string | undefined]>([
  ['data: {"a":1}\n\n', '{"a":1}'],
  ['data:{"a":1}\n\n', '{"a":1}'],
  ['data:  two spaces\n\n', ' two spaces'],
  ['data: x\r\n\r\n', 'x'],
  ['data: x\r\r', 'x'],
  ['data: é…😀\n\n', 'é…😀'],
  ['\uFEFFdata: x\n\n', 'x'],
  ['\n\ndata: x\n\n', 'x'],
  ['event: message\nid: 7\ndata: x\nretry: 9\n\n', 'x'],
  ['data: one\ndata: two\n\n', 'one\ntwo'],
  ['data: one\n: comment\ndata\ndata: two\n\n', 'one\n\ntwo'],
  ['data:\n\n', ''],
  ['data\n\n', ''],
  [': comment\n\n', undefined],
  ['event: ping\n\n', undefined],
  ['database: x\n\n', undefined],
  [' data: x\n\n', undefined],
  ['', undefined],
])('the data of %j is %j', (event, data) => {
  expect(dataOf(Buffer.from(event))).toBe(data);
});
