import { defineConfig } from 'vitest/config';

/** All projects in one run, as `npm test` runs them. Each also runs alone, from its own folder. */
export default defineConfig({
  test: {
    projects: ['apps/*', 'libs/*', 'libs/contracts/*', 'tools/*'].map(
      (folder) => `${folder}/vitest.config.ts`,
    ),
  },
});
