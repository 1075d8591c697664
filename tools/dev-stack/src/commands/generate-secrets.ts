import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadSecrets, type Secrets } from '../secrets.ts';
import { secretLines } from './secret-lines.ts';

// Prints a full set of new secrets for a deployment; nothing is kept.
process.stdout.write(secretLines(await newSecrets(), () => randomBytes(24).toString('base64url')));

async function newSecrets(): Promise<Secrets> {
  const folder = await mkdtemp(join(tmpdir(), 'valuecanvas-secrets-'));
  try {
    return await loadSecrets(join(folder, 'secrets.json'));
  } finally {
    await rm(folder, { recursive: true });
  }
}
