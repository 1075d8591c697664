import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { sleepingProcess } from '../test/sleeping-process.ts';
import { temporaryFolder } from '../test/temporary-folder.ts';
import { identify } from './process-identity.ts';
import { beginRunRecord, readRunRecord } from './run-record.ts';

test('an added process is recorded at once, and replaces its predecessor', async () => {
  const file = join(await temporaryFolder(), 'run.json');
  const [first, second] = [await sleepingProcess(), await sleepingProcess()];
  const record = beginRunRecord(file);
  record.add('canvas', first.pid);
  record.add('canvas', second.pid);
  expect(readRunRecord(file)).toEqual({
    starter: identify(process.pid),
    processes: { canvas: identify(second.pid) },
  });
});

test('a finished run leaves no record', async () => {
  const file = join(await temporaryFolder(), 'run.json');
  beginRunRecord(file).remove();
  expect(existsSync(file)).toBe(false);
});
