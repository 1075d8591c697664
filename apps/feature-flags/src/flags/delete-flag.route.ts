import { deleteFlag } from '@valuecanvas/contracts-feature-flags';
import { serve } from '@valuecanvas/service-kit';
import type { FlagsService } from './flags.service.ts';

export const deleteFlagRoute = (service: FlagsService) =>
  serve(deleteFlag, async ({ params }) => {
    await service.remove(params.key);
    return undefined;
  });
