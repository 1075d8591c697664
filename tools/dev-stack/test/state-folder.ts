import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { removePostgres, removeRedis } from '@valuecanvas/local-servers';
import { afterAll, beforeAll } from 'vitest';

/**
 * Creates a state folder that the tests of a file share, so that only the first start creates a database. Its databases are
 * stopped and deleted at the end.
 */
export function useStateFolder(): () => string {
  let state: string;
  beforeAll(async () => {
    state = await mkdtemp(join(tmpdir(), 'dev-stack-'));
    // The account that runs PostgreSQL for root must be able to enter it.
    await chmod(state, 0o711);
  });
  afterAll(async () => {
    await removePostgres(join(state, 'postgres'));
    await removeRedis(join(state, 'redis'));
    await rm(state, { recursive: true, force: true });
  }, 120_000);
  return () => state;
}
