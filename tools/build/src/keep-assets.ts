import { copyFile, readFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { Plugin } from 'esbuild';

const besideItself = /new URL\('(\.[^']*)', import\.meta\.url\)/g;

/**
 * Copies files that modules read from their own folder, such as Lua scripts, beside the bundle. All copies share one
 * folder, so the build fails if two have the same name.
 */
export function keepAssets(outdir: string): Plugin {
  return {
    name: 'keep-assets',
    setup(build) {
      const assets = new Map<string, string>();
      build.onLoad({ filter: /\.ts$/ }, async ({ path }) => {
        const source = await readFile(path, 'utf8');
        const contents = source.replace(besideItself, (_, asset: string) => {
          // The build has an entry for each program of a child process.
          if (asset.endsWith('.process.ts'))
            return `new URL('./${basename(asset, '.ts')}.js', import.meta.url)`;
          const name = register(assets, resolve(dirname(path), asset));
          return `new URL('./${name}', import.meta.url)`;
        });
        return { contents, loader: 'ts' };
      });
      build.onEnd(async () => {
        for (const [name, path] of assets) await copyFile(path, join(outdir, name));
      });
    },
  };
}

function register(assets: Map<string, string>, path: string): string {
  const name = basename(path);
  const known = assets.get(name) ?? path;
  if (known !== path) throw new Error(`Two files are called ${name}: ${known} and ${path}; rename one.`);
  assets.set(name, path);
  return name;
}
