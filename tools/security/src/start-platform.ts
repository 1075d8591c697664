import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '@valuecanvas/local-servers';
import type { JWK } from 'jose';
import type { Platform, PlatformKeys } from './attacks/attack.ts';
import { projectRoot } from './run-command.ts';

/** Excludes real servers and providers from the shell's environment and .env file: they must not be attacked. */
const variables = {
  MIGRATION_DATABASE_URL: '',
  REDIS_URL: '',
  TOGETHER_API_KEY: '',
  OPENAI_API_KEY: '',
  OPENAI_BASE_URL: '',
  LLM_PROVIDERS: '',
  // The scan sends more requests per minute than one user may. Password guesses must still reach their limit.
  RATE_LIMIT_PER_MINUTE: '100000',
  ANONYMOUS_RATE_LIMIT_PER_MINUTE: '100000',
  AUTH_RATE_LIMIT_PER_MINUTE: '280',
};

/** Starts the whole platform on free ports with a new, empty state. Disposing removes both. */
export async function startPlatform(): Promise<Platform & AsyncDisposable> {
  const state = await mkdtemp(join(tmpdir(), 'valuecanvas-security-'));
  const port = await freePort();
  const starter = ['tools/dev-stack/start.mjs', '--state', state];
  const child = spawn(process.execPath, starter, {
    cwd: projectRoot,
    env: { ...process.env, ...variables, PORT: String(port) },
    // Ctrl-C must reach it only once.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  const { promise: ready, resolve } = Promise.withResolvers<void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (text) => {
      printed += text;
      if (printed.includes('ValueCanvas is ready')) resolve();
    });
  }
  const ended = once(child, 'close');
  const stop = async () => {
    child.kill('SIGTERM');
    await ended;
    await rm(state, { recursive: true, force: true });
  };
  const interrupt = () => void stop().finally(() => process.exit(130));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, interrupt);

  const died = ended.then(() => Promise.reject(new Error(`The platform did not start:\n${printed}`)));
  try {
    await Promise.race([ready, died]);
    const keys = await readKeys(join(state, 'secrets.json'));
    return { url: `http://localhost:${port}`, keys, [Symbol.asyncDispose]: stop };
  } catch (error) {
    await stop();
    throw error;
  } finally {
    died.catch(() => undefined);
  }
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
