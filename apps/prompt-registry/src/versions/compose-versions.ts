import { createAuditFacts } from '@valuecanvas/contracts-core';
import { type PromptSnapshot, promptsChannel } from '@valuecanvas/contracts-prompt-registry';
import { createSnapshotSource, type SnapshotSource, versionOf } from '@valuecanvas/live-snapshot';
import type { OpenRedis } from '@valuecanvas/redis';
import { openServedModels } from '@valuecanvas/served-models';
import { createIds, type Kit } from '@valuecanvas/service-kit';
import type { Kysely } from 'kysely';
import type { PromptRegistryConfig } from '../config.ts';
import type { Database } from '../db.ts';
import type { PerformanceOf } from '../executions/performance.ts';
import { toRenderable } from './version-row.ts';
import { createVersionsService, type VersionsService } from './versions.service.ts';
import { createVersionsStore, type VersionsStore } from './versions.store.ts';

/** The prompt versions, and the snapshot of the active ones, which is published on each activation. */
export async function composeVersions(
  kit: Kit<PromptRegistryConfig>,
  db: Kysely<Database>,
  { redis, keys }: OpenRedis,
  performanceOf: PerformanceOf,
): Promise<{
  readonly store: VersionsStore;
  readonly snapshots: SnapshotSource<PromptSnapshot>;
  readonly versions: VersionsService;
}> {
  const { log, now } = kit;
  const store = createVersionsStore(db);
  const snapshots = createSnapshotSource({
    async load() {
      const prompts = (await store.allActive()).map(toRenderable);
      return { version: versionOf(prompts), prompts };
    },
    redis,
    channel: keys(...promptsChannel),
    onError: (err) => log.warn({ err }, 'prompt snapshot: publication failed'),
  });
  const factOf = createAuditFacts({ newId: createIds(now), now });
  const models = await openServedModels('prompt-registry', kit);
  const versions = createVersionsService({ store, performanceOf, snapshots, models, factOf });
  return { store, snapshots, versions };
}
