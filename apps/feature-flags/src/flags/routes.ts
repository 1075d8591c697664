import type { featureFlagsContract } from '@valuecanvas/contracts-feature-flags';
import type { HandlersOf } from '@valuecanvas/service-kit';
import type { FlagsService } from './flags.service.ts';

export const flagRoutes = (flags: FlagsService) =>
  ({
    listFlags: ({ page }) => flags.list(page),
    createFlag: (call) => flags.create(call, call.body),
    getFlag: ({ params }) => flags.get(params.key),
    updateFlag: (call) => flags.update(call, call.params.key, call.body),
    deleteFlag: (call) => flags.remove(call, call.params.key),
  }) satisfies Partial<HandlersOf<typeof featureFlagsContract>>;
