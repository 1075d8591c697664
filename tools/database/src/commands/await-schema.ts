import { parseArgs } from 'node:util';
import { awaitSchema } from '../await-schema.ts';
import { runCommand } from './run-command.ts';

// Waits until the migrations of this release are applied to DATABASE_URL. A service of a Kubernetes pod starts after it.
const { values } = parseArgs({ options: { 'timeout-seconds': { type: 'string', default: '900' } } });

await runCommand(async () => {
  const url = process.env.DATABASE_URL;
  if (!url) {
    console.log('DATABASE_URL is not set here, so the schema is not checked.');
    return;
  }
  const timeoutMs = Number(values['timeout-seconds']) * 1_000;
  console.log(`The schema has version ${await awaitSchema({ url, timeoutMs, log: console.log })}.`);
});
