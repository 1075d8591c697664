import { root } from '../root.ts';

interface OpenApiModule {
  openApiDocument(version: string): object;
}

/** The text of docs/openapi.json: the document that the gateway serves at /api/openapi.json, indented. */
export async function openApiFile(version: string): Promise<string> {
  const { openApiDocument }: OpenApiModule = await import(
    `${root}apps/gateway/src/api-docs/openapi-document.ts`
  );
  return `${JSON.stringify(openApiDocument(version), undefined, 2)}\n`;
}
