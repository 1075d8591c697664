import { glob, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, formatMessages } from 'esbuild';
import { keepAssets } from './keep-assets.ts';
import { keepPackagesOutside } from './keep-packages-outside.ts';

const repository = fileURLToPath(new URL('../../..', import.meta.url)).replace(/\/$/, '');

/**
 * Bundles an app into dist/<app>: main.js, register.js for `node --import`, and one file per command. Packages from
 * npm stay external, because tracing patches them while they are loaded.
 */
export async function buildApp(
  app: string,
  { root = repository, out = join(root, 'dist', app) } = {},
): Promise<void> {
  await rm(out, { recursive: true, force: true });
  const { warnings } = await build({
    absWorkingDir: root,
    entryPoints: await entryPoints(app, root),
    outdir: out,
    bundle: true,
    // The preload and the service must share each module, because modules hold tracing's state.
    splitting: true,
    chunkNames: 'shared-[hash]',
    format: 'esm',
    platform: 'node',
    target: 'node24',
    sourcemap: true,
    logLevel: 'silent',
    plugins: [keepPackagesOutside(root), keepAssets(out)],
  });
  for (const warning of await formatMessages(warnings, { kind: 'warning' })) console.warn(warning);
  await writeFile(join(out, 'package.json'), '{ "type": "module" }\n');
}

async function entryPoints(app: string, root: string): Promise<Record<string, string>> {
  const entries: Record<string, string> = {
    main: `apps/${app}/src/main.ts`,
    register: 'libs/service-kit/src/observe/register.ts',
  };
  for await (const command of glob(`apps/${app}/src/commands/*.ts`, { cwd: root })) {
    if (!command.endsWith('.test.ts')) entries[basename(command, '.ts')] = command;
  }
  // Programs of child processes.
  for await (const program of glob(`apps/${app}/src/**/*.process.ts`, { cwd: root })) {
    entries[basename(program, '.ts')] = program;
  }
  return entries;
}
