// This file runs on any version of Node, so that it can report one that is too old to parse the other files.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const oldest = 24;
const installed = fileURLToPath(new URL('../../node_modules/@valuecanvas/dev-stack', import.meta.url));

if (!existsSync(installed)) {
  refuse('The dependencies are not installed: run `npm ci`, then `npm start` again.');
} else if (Number.parseInt(process.versions.node, 10) < oldest) {
  refuse(`Node ${process.versions.node} is too old: install Node ${oldest} or newer, then start again.`);
} else {
  await import('./src/main.ts');
}

function refuse(sentence) {
  console.error(sentence);
  process.exitCode = 1;
}
