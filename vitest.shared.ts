import type { UserProjectConfigExport } from 'vitest/config';

/** Node's own condition for "run from TypeScript sources", set for Vite's resolver as well. */
const conditions = ['@valuecanvas/source', 'module', 'node', 'development|production'];

/** The one way in which every project's tests run: random order, no retries, sources instead of builds. */
export function projectTests(name: string): UserProjectConfigExport {
  return {
    resolve: { conditions },
    ssr: { resolve: { conditions } },
    test: {
      name,
      include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
      environment: 'node',
      pool: 'forks',
      sequence: { shuffle: true },
      retry: 0,
      testTimeout: 20_000,
      hookTimeout: 60_000,
    },
  };
}
