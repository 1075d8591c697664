import { updateFlag } from '@valuecanvas/contracts-feature-flags';
import { serve } from '@valuecanvas/service-kit';
import type { FlagsService } from './flags.service.ts';

export const updateFlagRoute = (service: FlagsService) =>
  serve(updateFlag, ({ params, body }) => service.update(params.key, body));
