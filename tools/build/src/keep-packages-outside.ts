import { join, sep } from 'node:path';
import type { Plugin } from 'esbuild';

/** Prevents recursion of this plugin. */
const asked = Symbol('asked');

/**
 * Keeps packages in the root node_modules external. Everything else is bundled: workspace packages, which are
 * TypeScript, and nested versions of a package, because from dist Node would resolve the hoisted version.
 */
export function keepPackagesOutside(root: string): Plugin {
  const outside = join(root, 'node_modules') + sep;
  return {
    name: 'keep-packages-outside',
    setup(build) {
      build.onResolve({ filter: /^[^./]/ }, async ({ kind, path, importer, resolveDir, pluginData }) => {
        if (kind === 'entry-point' || pluginData === asked) return undefined;
        const found = await build.resolve(path, { kind, importer, resolveDir, pluginData: asked });
        return found.path.startsWith(outside) ? { path, external: true } : found;
      });
    },
  };
}
