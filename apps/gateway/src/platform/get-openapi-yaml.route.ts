import { getOpenApiYaml } from '@valuecanvas/contracts-gateway';
import { serve } from '@valuecanvas/service-kit';
import type { ServedFile } from './served-file.ts';

export const getOpenApiYamlRoute = (document: ServedFile) => serve(getOpenApiYaml, (call) => document(call));
