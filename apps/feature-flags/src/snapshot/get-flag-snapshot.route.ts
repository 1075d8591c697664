import { getFlagSnapshot } from '@valuecanvas/contracts-feature-flags';
import { respond, serve } from '@valuecanvas/service-kit';
import { entityTag, namesVersion } from './entity-tag.ts';
import type { FlagRulesStore } from './flag-rules.store.ts';
import { toSnapshot } from './flag-snapshot.ts';

/**
 * Reads Postgres each time: whoever asks because a change was announced must not get what this replica knew before.
 */
export const getFlagSnapshotRoute = (rules: FlagRulesStore) =>
  serve(getFlagSnapshot, async (call) => {
    const snapshot = toSnapshot(await rules.all());
    const headers = { etag: entityTag(snapshot.version) };
    return namesVersion(call.header('if-none-match'), snapshot.version)
      ? respond(304, undefined, headers)
      : respond(200, snapshot, headers);
  });
