import { getOwnUsage } from '@valuecanvas/contracts-llm-router';
import { serve } from '@valuecanvas/service-kit';
import type { SpendingService } from './spending.service.ts';

export const getOwnUsageRoute = (spending: SpendingService) =>
  serve(getOwnUsage, ({ principal, query }) => spending.report(principal, query));
