import { expect, test } from 'vitest';
import { explainFailure } from './local-server-error.ts';
import { runCommand } from './run-command.ts';

test('a full disk is reported, whether the system or a tool detects it', async () => {
  const sentence = 'The disk that holds /data is full. Free some space and start again.';
  const system = Object.assign(new Error('write'), { code: 'ENOSPC' });
  expect(explainFailure(system, '/data')).toMatchObject({ message: sentence });
  const script = 'echo "could not write: No space left on device" >&2; echo done >&2; exit 1';
  const tool = await runCommand('/bin/sh', ['-c', script]).catch((error) => error);
  expect(explainFailure(tool, '/data')).toMatchObject({ message: sentence });
});

test("another user's file is named", () => {
  const denied = Object.assign(new Error('open'), { code: 'EACCES', path: '/data/password' });
  expect(explainFailure(denied, '/data')).toMatchObject({
    message: expect.stringContaining('This user has no access to /data/password'),
  });
});

test('errors with other causes pass unchanged', () => {
  const defect = new TypeError('defect');
  expect(explainFailure(defect, '/data')).toBe(defect);
});
