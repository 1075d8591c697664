import { createApiKey } from '@valuecanvas/contracts-gateway';
import { respond, serve } from '@valuecanvas/service-kit';
import type { ApiKeys } from './api-keys.service.ts';

export const createApiKeyRoute = (keys: ApiKeys) =>
  serve(createApiKey, async (call) =>
    respond(201, await keys.create(call, call.body), { 'cache-control': 'no-store' }),
  );
