import { root } from '../root.ts';

interface OpenApiModule {
  writeOpenApi(version: string): { readonly json: string };
}

/** The text of docs/openapi.json: the document that the gateway serves at /api/openapi.json, indented. */
export async function openApiFile(version: string): Promise<string> {
  const { writeOpenApi }: OpenApiModule = await import(
    `${root}apps/gateway/src/api-docs/openapi-document.ts`
  );
  return `${JSON.stringify(JSON.parse(writeOpenApi(version).json), undefined, 2)}\n`;
}
