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
  console.log('There is no earlier document to compare with: this clone has no history of it.');
} else {
  const breaks = breakingChanges(JSON.parse(last.text) as Node, JSON.parse(text) as Node);
  const open = unexplained(breaks, await readKnownBreaks());
  for (const sentence of open) console.error(`Breaks clients of ${last.commit}: ${sentence}`);
  if (open.length > 0) {
    console.error(`Add deliberate breaks to ${breaksFile}: each sentence with its reason.`);
    process.exitCode = 1;
  } else {
    console.log(`Clients of ${last.commit} still work; ${breaks.length} deliberate breaks.`);
  }
}
