import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../test/temporary-folder.ts';
import { linesOfRequest, readLogs, tracesOf } from './request-logs.ts';

const line = (time: number, fields: object) =>
  `${JSON.stringify({ time: `2026-12-01T20:00:0${time}.000Z`, message: `line ${time}`, ...fields })}\n`;

test('a request is followed by its ID, its trace and its jobs, through all logs in the order of time', async () => {
  const folder = await temporaryFolder();
  await writeFile(
    join(folder, 'gateway.log'),
    `${line(3, { requestId: 'r1', traceId: 't1' })}${line(1, { requestId: 'other' })}not JSON\n`,
  );
  await writeFile(
    join(folder, 'job-worker.log'),
    line(5, { requestId: 'job:1', submittedBy: 'r1' }) +
      line(6, { requestId: 'job:2', submittedBy: 'other' }),
  );
  await writeFile(
    join(folder, 'llm-router.log'),
    line(4, { requestId: 'job:1' }) + line(2, { traceId: 't1' }) + line(7, {}),
  );
  const lines = await readLogs(folder, ['gateway', 'canvas', 'llm-router', 'job-worker']);
  const found = linesOfRequest(lines, 'r1');
  expect(found.map(({ service, event }) => `${service} ${event.message}`)).toEqual([
    'llm-router line 2',
    'gateway line 3',
    'llm-router line 4',
    'job-worker line 5',
  ]);
  expect(tracesOf(found)).toEqual(['t1']);
  expect(linesOfRequest(lines, 'r2')).toEqual([]);
});
