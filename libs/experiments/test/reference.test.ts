import { execFile, spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';

const folder = fileURLToPath(new URL('../reference/', import.meta.url));
const hasPython = spawnSync('python3', ['--version']).status === 0;

/** Runs a script of the reference folder and returns what it prints. */
async function python(script: string): Promise<string> {
  const { stdout } = await promisify(execFile)('python3', [script], { cwd: folder });
  return stdout;
}

describe.runIf(hasPython)('the second implementation, in Python,', () => {
  test('still writes the published test vectors of the assignment', async () => {
    expect(await python('assignment.py')).toBe(await readFile(`${folder}assignment.generated.json`, 'utf8'));
  });
});
