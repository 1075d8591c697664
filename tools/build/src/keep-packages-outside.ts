import { join, sep } from 'node:path';
import type { Plugin } from 'esbuild';

/** Keeps this plugin from asking itself. */
const asked = Symbol('asked');

/**
 * Leaves to Node what stands in the repository's own node_modules. Everything else goes into the bundle: our packages,
 * which are TypeScript, and a version of a package that only one of them has, as from dist Node would find another.
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
