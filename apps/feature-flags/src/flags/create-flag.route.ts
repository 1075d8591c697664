import { createFlag } from '@valuecanvas/contracts-feature-flags';
import { serve } from '@valuecanvas/service-kit';
import type { FlagsService } from './flags.service.ts';

export const createFlagRoute = (service: FlagsService) =>
  serve(createFlag, ({ body }) => service.create(body));
