import { getDocsAsset } from '@valuecanvas/contracts-gateway';
import { serve } from '@valuecanvas/service-kit';
import type { ApiDocs } from './api-docs.ts';

export const getDocsAssetRoute = (docs: ApiDocs) =>
  serve(getDocsAsset, (call) => docs.asset(call.params.asset)(call));
