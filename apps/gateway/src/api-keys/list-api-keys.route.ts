import { listApiKeys } from '@valuecanvas/contracts-gateway';
import { serve } from '@valuecanvas/service-kit';
import type { ApiKeys } from './api-keys.service.ts';

export const listApiKeysRoute = (keys: ApiKeys) => serve(listApiKeys, (call) => keys.list(call, call.query));
