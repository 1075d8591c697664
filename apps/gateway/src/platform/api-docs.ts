import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { AppError } from '@valuecanvas/contracts-core';
import { type ServedFile, serveFile } from './served-file.ts';

/** The page of the API documentation, and the files that it loads. */
export interface ApiDocs {
  readonly page: ServedFile;
  /** Finds a file by name. Throws NOT_FOUND if the page loads no such file. */
  asset(name: string): ServedFile;
}

const javaScript = 'text/javascript; charset=utf-8';

/** Reads all files at startup, so that a gateway with a missing file does not start. `pageHeaders` apply to the page. */
export async function openApiDocs(pageHeaders: Readonly<Record<string, string>>): Promise<ApiDocs> {
  const require = createRequire(import.meta.url);
  const packageFolder = dirname(require.resolve('swagger-ui-dist/package.json'));
  const fromPackage = async (name: string, contentType: string): Promise<[string, ServedFile]> => {
    return [name, serveFile(await readFile(join(packageFolder, name)), contentType)];
  };
  const page = await readFile(new URL('./api-docs.html', import.meta.url));
  const start = await readFile(new URL('./api-docs.js', import.meta.url));
  const assets = new Map([
    await fromPackage('swagger-ui-bundle.js', javaScript),
    await fromPackage('swagger-ui.css', 'text/css; charset=utf-8'),
    await fromPackage('favicon-32x32.png', 'image/png'),
    ['api-docs.js', serveFile(start, javaScript)],
  ]);
  return {
    page: serveFile(page, 'text/html; charset=utf-8', pageHeaders),
    asset(name) {
      const asset = assets.get(name);
      if (!asset) throw new AppError('NOT_FOUND');
      return asset;
    },
  };
}
