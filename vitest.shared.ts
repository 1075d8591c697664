import { fileURLToPath } from 'node:url';
import type { UserWorkspaceConfig } from 'vitest/config';

const servers = fileURLToPath(new URL('./libs/testing/src/global-setup.ts', import.meta.url));

/**
 * The configuration of every project's tests: random order, no retries. `servers`: the tests need real PostgreSQL and
 * Redis. Test files of a project share processes, because loading the modules takes longer than most tests.
 * `ownProcess`: each file gets a new process, because the tests change their process.
 */
export function projectTests(
  name: string,
  needs: { readonly servers?: boolean; readonly ownProcess?: boolean } = {},
): UserWorkspaceConfig {
  return {
    // Node runs the code as it is: helpers for an older target are not resolvable in Vitest's module runner.
    oxc: { target: 'esnext' },
    test: {
      name,
      include: ['**/*.test.{ts,mts,js,mjs}'],
      environment: 'node',
      pool: 'forks',
      isolate: needs.ownProcess ?? false,
      sequence: { shuffle: true },
      retry: 0,
      testTimeout: 180_000,
      hookTimeout: 300_000,
      // Vitest waits one second by default, which is less than the start of a process takes on a busy machine.
      expect: { poll: { timeout: 60_000 } },
      ...(needs.servers ? { globalSetup: servers } : {}),
    },
  };
}
