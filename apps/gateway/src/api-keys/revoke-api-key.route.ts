import { revokeApiKey } from '@valuecanvas/contracts-gateway';
import { serve } from '@valuecanvas/service-kit';
import type { ApiKeys } from './api-keys.service.ts';

export const revokeApiKeyRoute = (keys: ApiKeys) =>
  serve(revokeApiKey, async (call) => {
    await keys.revoke(call, call.params.id);
    return undefined;
  });
