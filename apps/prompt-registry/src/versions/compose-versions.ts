import { type AuditFacts, createAuditFacts } from '@valuecanvas/contracts-core';
import { type PromptSnapshot, promptsChannel } from '@valuecanvas/contracts-prompt-registry';
import { createSnapshotSource, type SnapshotSource, versionOf } from '@valuecanvas/live-snapshot';
import type { OpenRedis } from '@valuecanvas/redis';
import { openServedModels } from '@valuecanvas/served-models';
import { createIds, type Kit } from '@valuecanvas/service-kit';
import type { Kysely } from 'kysely';
import type { PromptRegistryConfig } from '../config.ts';
import type { Database } from '../db.ts';
import { createEmbedsService, type EmbedsService } from '../embeds/embeds.service.ts';
import { createEmbedsStore } from '../embeds/embeds.store.ts';
import type { PerformanceOf } from '../executions/performance.ts';
import { createAssertActivatable } from '../labels/activatable.ts';
import { createLabelsService, type LabelsService } from '../labels/labels.service.ts';
import { createLabelsStore } from '../labels/labels.store.ts';
import type { RunningTrials } from '../trials/running-trials.ts';
import type { VersionRow } from './version-row.ts';
import { createVersionsService, type VersionsService } from './versions.service.ts';
import { createVersionsStore, type LabelledRow, type VersionsStore } from './versions.store.ts';

/** The prompt versions, their labels, and the snapshot of the versions with labels, which is published on each move. */
export async function composeVersions(
  kit: Kit<PromptRegistryConfig>,
  db: Kysely<Database>,
  { redis, keys }: OpenRedis,
  performanceOf: PerformanceOf,
  runningTrials: () => Promise<RunningTrials>,
): Promise<{
  readonly store: VersionsStore;
  readonly embeds: EmbedsService;
  readonly snapshots: SnapshotSource<PromptSnapshot>;
  readonly versions: VersionsService;
  readonly labels: LabelsService;
  readonly factOf: AuditFacts;
}> {
  const { log, now } = kit;
  const store = createVersionsStore(db);
  const embeds = createEmbedsService(createEmbedsStore(db));
  const snapshots = createSnapshotSource({
    async load() {
      const [active, withLabels, { trials, versions }] = await Promise.all([
        store.allActive(),
        store.allLabelled(),
        runningTrials(),
      ]);
      const contents = {
        prompts: await embeds.withEmbeds(active),
        labels: withLabels.map(toLabel),
        labelled: await embeds.withEmbeds(eachOnce([...withLabels, ...versions])),
        trials,
      };
      return { version: versionOf(contents), ...contents };
    },
    redis,
    channel: keys(...promptsChannel),
    onError: (err) => log.warn({ err }, 'prompt snapshot: publication failed'),
  });
  const factOf = createAuditFacts({ newId: createIds(now), now });
  const labels = createLabelsService({
    store: createLabelsStore(db),
    versions: store,
    embeds,
    performanceOf,
    assertActivatable: createAssertActivatable(await openServedModels('prompt-registry', kit)),
    snapshots,
    factOf,
  });
  const versions = createVersionsService({ store, embeds, performanceOf, factOf });
  return { store, embeds, snapshots, versions, labels, factOf };
}

function toLabel({ id, prompt_key: promptKey, environment, label }: LabelledRow) {
  return { promptKey, environment, label, versionId: id };
}

function eachOnce(rows: readonly VersionRow[]): VersionRow[] {
  return [...new Map(rows.map((row) => [row.id, row])).values()];
}
