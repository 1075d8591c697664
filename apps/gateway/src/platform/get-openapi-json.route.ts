import { getOpenApiJson } from '@valuecanvas/contracts-gateway';
import { serve } from '@valuecanvas/service-kit';
import type { ServedFile } from './served-file.ts';

export const getOpenApiJsonRoute = (document: ServedFile) => serve(getOpenApiJson, (call) => document(call));
