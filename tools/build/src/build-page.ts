import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const repository = fileURLToPath(new URL('../../..', import.meta.url)).replace(/\/$/, '');

/** Builds the web application, which the gateway serves, into dist/<app> or `out`. */
export async function buildPage(app: string, out = join(repository, 'dist', app)): Promise<void> {
  // Vite and React read the variable itself: with another value they build for development.
  const { NODE_ENV } = process.env;
  process.env.NODE_ENV = 'production';
  try {
    await build({
      root: join(repository, 'apps', app),
      configFile: join(repository, 'apps', app, 'vite.config.ts'),
      logLevel: 'warn',
      mode: 'production',
      build: { outDir: out },
    });
  } finally {
    if (NODE_ENV === undefined) delete process.env.NODE_ENV;
    else process.env.NODE_ENV = NODE_ENV;
  }
}
