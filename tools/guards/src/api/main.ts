import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from '../root.ts';
import { breakingChanges } from './breaking-changes.ts';
import type { Node } from './document.ts';
import { breaksFile, readKnownBreaks, unexplained } from './known-breaks.ts';
import { lastDocument } from './last-document.ts';
import { lintDocument } from './lint-document.ts';

const path = 'docs/openapi.json';
const text = await readFile(join(root, path), 'utf8');

const faults = await lintDocument(text);
for (const fault of faults) console.error(`${path} ${fault}`);
if (faults.length > 0) process.exitCode = 1;
else console.log(`${path} is sound.`);

const last = await lastDocument(path, text);
if (!last) {
  console.log('No earlier document to compare it with: this clone has no history of it.');
} else {
  const breaks = breakingChanges(JSON.parse(last.text) as Node, JSON.parse(text) as Node);
  const open = unexplained(breaks, await readKnownBreaks());
  for (const sentence of open) console.error(`Breaks clients of ${last.commit}: ${sentence}`);
  if (open.length > 0) {
    console.error(`A break that is meant stands in ${breaksFile}, by its sentence, with the reason.`);
    process.exitCode = 1;
  } else {
    console.log(`Clients of ${last.commit} can go on; ${breaks.length} breaks are meant.`);
  }
}
