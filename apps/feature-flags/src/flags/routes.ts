import { formatEntityTag } from '@valuecanvas/contracts-core';
import type { Flag, featureFlagsContract } from '@valuecanvas/contracts-feature-flags';
import { type HandlersOf, respond } from '@valuecanvas/service-kit';
import type { FlagsService } from './flags.service.ts';

export const flagRoutes = (flags: FlagsService) =>
  ({
    listFlags: ({ page }) => flags.list(page),
    createFlag: (call) => flags.create(call, call.body),
    getFlag: async ({ params }) => tagged(await flags.get(params.key)),
    updateFlag: async (call) => tagged(await flags.update(call, call.params.key, call.body)),
    listFlagVersions: ({ params, page }) => flags.versions(params.key, page),
    restoreFlagVersion: async (call) =>
      tagged(await flags.restore(call, call.params.key, call.params.version)),
    deleteFlag: (call) => flags.remove(call, call.params.key),
  }) satisfies Partial<HandlersOf<typeof featureFlagsContract>>;

const tagged = (flag: Flag) => respond(200, flag, { etag: formatEntityTag(String(flag.version)) });
