import { getOpenApiJson } from '@valuecanvas/contracts-gateway';
import { respond, serve } from '@valuecanvas/service-kit';
import type { OpenApiTexts } from './openapi-document.ts';

export const getOpenApiJsonRoute = ({ json }: OpenApiTexts) =>
  serve(getOpenApiJson, () => respond(200, json, { 'content-type': 'application/json; charset=utf-8' }));
