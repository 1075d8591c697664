import { rateExecution } from '@valuecanvas/contracts-prompt-registry';
import { serve } from '@valuecanvas/service-kit';
import type { ExecutionsService } from './executions.service.ts';

export const rateExecutionRoute = (executions: ExecutionsService) =>
  serve(rateExecution, (call) => executions.rate(call.principal, call.params.id, call.body));
