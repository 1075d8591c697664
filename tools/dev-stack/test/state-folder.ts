import { join } from 'node:path';
import { removePostgres, removeRedis } from '@valuecanvas/local-servers';
import { onTestFinished } from 'vitest';
import { temporaryFolder } from './temporary-folder.ts';

/** Creates a state folder. Its databases are stopped and deleted when the test ends, even if it failed. */
export async function stateFolder(): Promise<string> {
  const state = await temporaryFolder();
  onTestFinished(async () => {
    await removePostgres(join(state, 'postgres'));
    await removeRedis(join(state, 'redis'));
  });
  return state;
}
