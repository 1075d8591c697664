import type { featureFlagsContract } from '@valuecanvas/contracts-feature-flags';
import { type HandlersOf, respond } from '@valuecanvas/service-kit';
import { entityTag, namesVersion } from './entity-tag.ts';
import type { FlagRulesStore } from './flag-rules.store.ts';
import { toSnapshot } from './flag-snapshot.ts';

export const snapshotRoutes = (rules: FlagRulesStore) =>
  ({
    /** Reads PostgreSQL each time: a caller that reacts to a change must not get what this replica knew before it. */
    async getFlagSnapshot(call) {
      const snapshot = toSnapshot(await rules.all());
      const headers = { etag: entityTag(snapshot.version) };
      return namesVersion(call.header('if-none-match'), snapshot.version)
        ? respond(304, undefined, headers)
        : respond(200, snapshot, headers);
    },
  }) satisfies Partial<HandlersOf<typeof featureFlagsContract>>;
