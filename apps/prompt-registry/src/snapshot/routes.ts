import type { promptRegistryContract } from '@valuecanvas/contracts-prompt-registry';
import { type HandlersOf, respond } from '@valuecanvas/service-kit';
import { entityTag, isNamedBy } from './entity-tag.ts';
import type { SnapshotService } from './snapshot.service.ts';

export const snapshotRoutes = (snapshots: SnapshotService) =>
  ({
    async getPromptSnapshot(call) {
      const snapshot = await snapshots.current();
      const headers = { etag: entityTag(snapshot.version) };
      return isNamedBy(call.header('if-none-match'), snapshot.version)
        ? respond(304, undefined, headers)
        : respond(200, snapshot, headers);
    },
  }) satisfies Partial<HandlersOf<typeof promptRegistryContract>>;
