import { getOwnAlerts } from '@valuecanvas/contracts-llm-router';
import { serve } from '@valuecanvas/service-kit';
import type { CostAlertsService } from './cost-alerts.service.ts';

export const getOwnAlertsRoute = (alerts: CostAlertsService) =>
  serve(getOwnAlerts, ({ principal }) => alerts.ofUser(principal));
