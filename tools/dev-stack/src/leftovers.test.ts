import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { sleepingProcess } from '../test/sleeping-process.ts';
import { temporaryFolder } from '../test/temporary-folder.ts';
import { stopLeftovers } from './leftovers.ts';
import { identify, isAlive, type ProcessIdentity } from './process-identity.ts';

const gone: ProcessIdentity = { pid: process.pid, startTime: 'another life of this pid' };

async function recordOf(contents: unknown): Promise<string> {
  const file = join(await temporaryFolder(), 'run.json');
  await writeFile(file, JSON.stringify(contents));
  return file;
}

test('processes that a killed starter left are ended', async () => {
  const { pid, child } = await sleepingProcess();
  const exited = once(child, 'exit');
  const file = await recordOf({ starter: gone, processes: { canvas: identify(pid), gateway: gone } });
  expect(await stopLeftovers(file)).toEqual(['canvas']);
  await exited;
});

test('an unrelated process that has the same pid now is left alone', async () => {
  const { pid } = await sleepingProcess();
  const file = await recordOf({ starter: gone, processes: { canvas: { pid, startTime: '1' } } });
  expect(await stopLeftovers(file)).toEqual([]);
  expect(identify(pid)).toBeDefined();
});

test('while the starter lives, its platform is not touched', async () => {
  const { pid } = await sleepingProcess();
  const identity = identify(pid);
  const file = await recordOf({ starter: identify(process.pid), processes: { canvas: identity } });
  await expect(stopLeftovers(file)).rejects.toThrow(/is already running .*PORT=3001/);
  expect(identity && isAlive(identity)).toBe(true);
});

test('an unreadable record is ignored', async () => {
  const file = join(await temporaryFolder(), 'run.json');
  await writeFile(file, '{"starter":');
  expect(await stopLeftovers(file)).toEqual([]);
});
