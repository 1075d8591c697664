import { type Section, sections } from '@valuecanvas/contracts-canvas';
import { expect, test } from 'vitest';
import { createBlockReader } from './block-reader.ts';

const blocks = Object.fromEntries(sections.map((section) => [section, [`One ${section}`, 'Zwei „ü“ {[ 🙂']]));
const json = JSON.stringify(blocks, undefined, 1);

/** Returns the blocks that were read from an answer in pieces of `size` characters, each with the position at which it ended. */
function read(answer: string, size = 3) {
  const found: [Section, readonly string[]][] = [];
  const listener = createBlockReader((section, items) => found.push([section, items]));
  for (let at = 0; at < answer.length; at += size) listener(answer.slice(at, at + size));
  return found;
}

test.each([
  ['bare JSON', json],
  ['a code fence', `\`\`\`json\n${json}\n\`\`\`\nEnjoy!`],
  ['prose before a code fence', `Here is the canvas:\n\n\`\`\`\n${json}\n\`\`\``],
  ['an outer object', JSON.stringify({ canvas: blocks })],
  ['an outer object with other fields', JSON.stringify({ title: 'Bakery', canvas: blocks, notes: ['x'] })],
  ['titles', json.replace('"keyPartners"', '"Key Partners"')],
])('%s is read block by block', (_, answer) => {
  for (const size of [1, 3, 1_000]) expect(read(answer, size)).toEqual(Object.entries(blocks));
});

test('a block is read as soon as it is complete, and never before', () => {
  const end = json.indexOf(']');
  expect(read(json.slice(0, end))).toEqual([]);
  expect(read(json.slice(0, end + 1))).toEqual([['keyPartners', blocks.keyPartners]]);
});

test.each([
  ['reasoning', `<think>{"channels": ["Draft"]}</think>${json}`],
  ['prose with braces', `With {braces}: ${json}`],
  ['another JSON value', `["channels"] ${json}`],
  ['nothing', ''],
])('an answer that begins with %s is left to the final parser', (_, answer) => {
  expect(read(answer)).toEqual([]);
});

test('a key inside a block is no block', () => {
  expect(read('{"channels": {"customers": ["Shop"], "partners": ["Web"]}}')).toEqual([
    ['channels', ['Shop', 'Web']],
  ]);
});

test('invalid JSON ends the reading, and the blocks before it are kept', () => {
  expect(read(`{"channels": ["Shop"], 'keyPartners': ["x"]}`)).toEqual([['channels', ['Shop']]]);
});

test('the first of two blocks with the same name is final', () => {
  expect(read('{"channels": ["Shop"], "channels": ["Web"]}')).toEqual([['channels', ['Shop']]]);
});
