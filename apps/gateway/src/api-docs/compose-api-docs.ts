import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { AppError } from '@valuecanvas/contracts-core';
import type { gatewayContract } from '@valuecanvas/contracts-gateway';
import type { HandlersOf } from '@valuecanvas/service-kit';
import type { GatewayKit } from '../config.ts';
import { pageHeaders } from '../edge/browser-protection.ts';
import { createStaticFile, type StaticFile } from '../static-files/static-file.ts';
import { openApiDocument, toYaml } from './openapi-document.ts';

const javaScript = 'text/javascript; charset=utf-8';
const css = 'text/css; charset=utf-8';

/**
 * The API documentation: the OpenAPI document, the page that shows it, and the files that the page loads. Reads all
 * files at startup, so that a gateway with a missing file does not start.
 */
export async function composeApiDocs({ config }: GatewayKit) {
  const require = createRequire(import.meta.url);
  const packageFolder = dirname(require.resolve('swagger-ui-dist/package.json'));
  const fromPackage = async (name: string, contentType: string): Promise<[string, StaticFile]> => {
    const content = await readFile(join(packageFolder, name));
    return [name, createStaticFile({ content, contentType })];
  };
  const page = await readFile(new URL('./api-docs.html', import.meta.url));
  const script = await readFile(new URL('./api-docs.js', import.meta.url));
  const style = await readFile(new URL('./api-docs.css', import.meta.url));
  const assets = new Map([
    await fromPackage('swagger-ui-bundle.js', javaScript),
    await fromPackage('swagger-ui.css', css),
    await fromPackage('favicon-32x32.png', 'image/png'),
    ['api-docs.js', createStaticFile({ content: script, contentType: javaScript })],
    ['api-docs.css', createStaticFile({ content: style, contentType: css })],
  ]);
  // Writing the document would be half of the time that a gateway needs to start.
  const openApi = once(() => openApiDocument(config.SERVICE_VERSION));
  const openApiJson = once(() =>
    createStaticFile({ content: JSON.stringify(openApi()), contentType: 'application/json' }),
  );
  const openApiYaml = once(() =>
    createStaticFile({ content: toYaml(openApi()), contentType: 'application/yaml' }),
  );
  const docs = createStaticFile({
    content: page,
    contentType: 'text/html; charset=utf-8',
    headers: pageHeaders(config.CSP_ENABLED),
  });

  return {
    routes: {
      getOpenApiJson: (call) => openApiJson()(call.header('accept-encoding')),
      getOpenApiYaml: (call) => openApiYaml()(call.header('accept-encoding')),
      getDocs: (call) => docs(call.header('accept-encoding')),
      getDocsAsset(call) {
        const asset = assets.get(call.params.asset);
        if (!asset) throw new AppError('NOT_FOUND');
        return asset(call.header('accept-encoding'));
      },
    } satisfies Partial<HandlersOf<typeof gatewayContract>>,
  };
}

/** Returns a function that computes its value at its first call. */
function once<T>(compute: () => T): () => T {
  let computed: { readonly value: T } | undefined;
  return () => {
    computed ??= { value: compute() };
    return computed.value;
  };
}
