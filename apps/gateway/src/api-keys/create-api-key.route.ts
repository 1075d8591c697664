import { createApiKey } from '@valuecanvas/contracts-gateway';
import { serve } from '@valuecanvas/service-kit';
import type { ApiKeys } from './api-keys.service.ts';

export const createApiKeyRoute = (keys: ApiKeys) =>
  serve(createApiKey, (call) => keys.create(call, call.body));
