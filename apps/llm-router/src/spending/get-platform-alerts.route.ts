import { getPlatformAlerts } from '@valuecanvas/contracts-llm-router';
import { serve } from '@valuecanvas/service-kit';
import type { CostAlertsService } from './cost-alerts.service.ts';

export const getPlatformAlertsRoute = (alerts: CostAlertsService) =>
  serve(getPlatformAlerts, () => alerts.ofPlatform());
