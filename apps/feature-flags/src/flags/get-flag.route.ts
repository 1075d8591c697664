import { getFlag } from '@valuecanvas/contracts-feature-flags';
import { serve } from '@valuecanvas/service-kit';
import type { FlagsService } from './flags.service.ts';

export const getFlagRoute = (service: FlagsService) =>
  serve(getFlag, ({ params }) => service.get(params.key));
