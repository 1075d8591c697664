import { getPlatformCosts } from '@valuecanvas/contracts-llm-router';
import { serve } from '@valuecanvas/service-kit';
import type { PlatformCostsService } from './platform-costs.service.ts';

export const getPlatformCostsRoute = (costs: PlatformCostsService) =>
  serve(getPlatformCosts, ({ query }) => costs.report(query));
