import { defineConfig } from 'vitest/config';

/** The journeys run by `npm run test:e2e`, not with `npm test`, because they need a browser. */
export default defineConfig({
  root: import.meta.dirname,
  test: {
    include: ['journeys/**/*.e2e.ts'],
    globalSetup: 'src/start-platform.ts',
    pool: 'forks',
    // The journeys share one platform and two cores with a browser.
    fileParallelism: false,
    retry: 0,
    testTimeout: 240_000,
    hookTimeout: 300_000,
  },
});
