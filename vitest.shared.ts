import { fileURLToPath } from 'node:url';
import type { UserProjectConfigExport } from 'vitest/config';

const servers = fileURLToPath(new URL('./libs/testing/src/global-setup.ts', import.meta.url));

/**
 * The one way in which every project's tests run: random order, no retries, sources instead of builds. Projects whose
 * tests need real PostgreSQL and Redis say so; and so do those that leave nothing behind in their process, where file
 * follows file in it: to load the modules anew for each takes longer than most tests.
 */
export function projectTests(
  name: string,
  needs: { readonly servers?: boolean; readonly sharedProcess?: boolean } = {},
): UserProjectConfigExport {
  return {
    test: {
      name,
      include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
      environment: 'node',
      pool: 'forks',
      isolate: !needs.sharedProcess,
      sequence: { shuffle: true },
      retry: 0,
      testTimeout: 60_000,
      hookTimeout: 120_000,
      ...(needs.servers ? { globalSetup: servers } : {}),
    },
  };
}
