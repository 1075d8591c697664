import type { featureFlagsContract } from '@valuecanvas/contracts-feature-flags';
import type { HandlersOf } from '@valuecanvas/service-kit';
import type { FlagsService } from './flags.service.ts';

export const flagRoutes = (flags: FlagsService) =>
  ({
    listFlags: ({ query: { cursor, limit = 20 } }) => flags.list(cursor, limit),
    createFlag: ({ body }) => flags.create(body),
    getFlag: ({ params }) => flags.get(params.key),
    updateFlag: ({ params, body }) => flags.update(params.key, body),
    deleteFlag: ({ params }) => flags.remove(params.key),
  }) satisfies Partial<HandlersOf<typeof featureFlagsContract>>;
