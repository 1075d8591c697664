import { fileURLToPath } from 'node:url';
import type { UserProjectConfigExport } from 'vitest/config';

const servers = fileURLToPath(new URL('./libs/testing/src/global-setup.ts', import.meta.url));

/**
 * The configuration of every project's tests: random order, no retries. `servers`: the tests need real PostgreSQL and
 * Redis. `sharedProcess`: the tests leave nothing behind in their process, so that files share one; to load the modules
 * again for each file takes longer than most tests.
 */
export function projectTests(
  name: string,
  needs: { readonly servers?: boolean; readonly sharedProcess?: boolean } = {},
): UserProjectConfigExport {
  return {
    // Node runs the code as it is: helpers for an older target are not resolvable in Vitest's module runner.
    oxc: { target: 'esnext' },
    test: {
      name,
      include: ['**/*.test.{ts,mts,js,mjs}'],
      environment: 'node',
      pool: 'forks',
      isolate: !needs.sharedProcess,
      sequence: { shuffle: true },
      retry: 0,
      testTimeout: 180_000,
      hookTimeout: 300_000,
      ...(needs.servers ? { globalSetup: servers } : {}),
    },
  };
}
