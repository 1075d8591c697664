import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { loadSecrets, type Secrets } from '../secrets.ts';
import { secretLines } from './secret-lines.ts';

// Writes a full set of new secrets to .env or the named file, which must not exist. With --stdout, prints it instead.
const { values, positionals } = parseArgs({
  options: { stdout: { type: 'boolean', default: false } },
  allowPositionals: true,
});
const lines = secretLines(await newSecrets(), () => randomBytes(24).toString('base64url'));
if (values.stdout) process.stdout.write(lines);
else await writeOnce(resolve(process.env.INIT_CWD ?? '.', positionals[0] ?? '.env'), lines);

/** Only the owner can read the file. An existing file is never replaced: it may be the only copy of secrets in use. */
async function writeOnce(path: string, text: string): Promise<void> {
  try {
    await writeFile(path, text, { flag: 'wx', mode: 0o600 });
    process.stdout.write(`New secrets are in ${path}.\n`);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    process.stderr.write(`${path} already exists and was not changed. Move it away, or name another file.\n`);
    process.exitCode = 1;
  }
}

async function newSecrets(): Promise<Secrets> {
  const folder = await mkdtemp(join(tmpdir(), 'valuecanvas-secrets-'));
  try {
    return await loadSecrets(join(folder, 'secrets.json'));
  } finally {
    await rm(folder, { recursive: true });
  }
}
