import { expect, test } from 'vitest';
import { wordFaults } from '../src/words/word-faults.ts';

test.each([
  ['// Nobody waits for it.', '"Nobody": write name the client, caller, user, replica or component.'],
  ['const dearestPrice = 1;', '"dearest": write "highest price" or "maximum cost".'],
  ["log.warn({ err }, 'the queue is away');", '"is away": write "unavailable"'],
  ['/** What the caller gets. */', '"/** What": write begin the comment with a verb or a noun phrase.'],
  ['  -- Who may read the row.', '"-- Who": write begin the comment with a verb or a noun phrase.'],
  ['await journal.layAside(entry);', '"layAside": write "dead letter".'],
])('%s is refused', (line, fault) => {
  expect(wordFaults('src/a.ts', `\n${line}\n`)).toEqual([expect.stringContaining(`src/a.ts:2: ${fault}`)]);
});

test.each([
  '/** Returns the price, or undefined if the model is unknown. */',
  '// What happens after a crash? The lease expires.',
  "import { whatever } from './somewhere.ts';",
  'Move the file away from the folder.',
  'for (const flight of airport.flights) land(flight);',
])('%s is accepted', (line) => {
  expect(wordFaults('src/a.ts', line)).toEqual([]);
});
