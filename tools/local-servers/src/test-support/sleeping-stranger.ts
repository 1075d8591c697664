import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { onTestFinished } from 'vitest';
import { serverAccount } from '../postgres/account.ts';

/** Returns the pid of an unrelated process of PostgreSQL's account. The process ends with the test. */
export async function sleepingStranger(): Promise<number> {
  const { uid, gid } = (await serverAccount()) ?? {};
  const owner = uid === undefined || gid === undefined ? {} : { uid, gid };
  const stranger = spawn('sleep', ['60'], { cwd: '/', stdio: 'ignore', ...owner });
  await once(stranger, 'spawn');
  onTestFinished(() => void stranger.kill());
  return stranger.pid ?? 0;
}
