import { rmSync } from 'node:fs';
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPlatform as start } from '@valuecanvas/local-servers';
import type { JWK } from 'jose';
import type { Platform, PlatformKeys } from './attacks/attack.ts';
import { projectRoot } from './run-command.ts';

/** The scan sends more requests per minute than one user may. Password guesses must still reach their limit. */
const environment = {
  RATE_LIMIT_PER_MINUTE: '100000',
  ANONYMOUS_RATE_LIMIT_PER_MINUTE: '100000',
  AUTH_RATE_LIMIT_PER_MINUTE: '280',
};

/** Starts the whole platform on free ports with a new, empty state. Disposing removes both. */
export async function startPlatform(): Promise<Platform & AsyncDisposable> {
  const state = await mkdtemp(join(tmpdir(), 'valuecanvas-security-'));
  const remove = () => rmSync(state, { recursive: true, force: true });
  // Also after an interrupt, which stops the platform and ends this process.
  process.once('exit', remove);
  const { url, stop } = await start({ root: projectRoot, state, environment });
  return {
    url,
    keys: await readKeys(join(state, 'secrets.json')),
    async [Symbol.asyncDispose]() {
      await stop();
      remove();
    },
  };
}

async function readKeys(file: string): Promise<PlatformKeys> {
  const secrets = JSON.parse(await readFile(file, 'utf8')) as {
    authSigningKeys: [JWK];
    services: { gateway: { signingKey: string } };
  };
  return {
    access: secrets.authSigningKeys[0],
    internal: Buffer.from(secrets.services.gateway.signingKey, 'base64').toString(),
  };
}
