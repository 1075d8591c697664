import { getOpenApiYaml } from '@valuecanvas/contracts-gateway';
import { serve } from '@valuecanvas/service-kit';
import type { OpenApiTexts } from './openapi-document.ts';

export const getOpenApiYamlRoute = ({ yaml }: OpenApiTexts) => serve(getOpenApiYaml, () => yaml);
