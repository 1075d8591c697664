import { type AuditFacts, metricCatalogue } from '@valuecanvas/contracts-core';
import type { PromptSnapshot } from '@valuecanvas/contracts-prompt-registry';
import type { SnapshotSource } from '@valuecanvas/live-snapshot';
import { createIds, type Kit } from '@valuecanvas/service-kit';
import type { Kysely } from 'kysely';
import type { Database } from '../db.ts';
import type { LabelsService } from '../labels/labels.service.ts';
import { createUsualValues } from '../trials/usual-values.ts';
import type { VersionsStore } from '../versions/versions.store.ts';
import { type CanariesService, createCanariesService } from './canaries.service.ts';
import { createCanariesStore } from './canaries.store.ts';
import { createDecide } from './decide.ts';

/** Interval at which each replica tries to decide on the running canaries. */
const decideMs = 1_000;

/** Canaries, and the loop that decides on them. All replicas run it, and each canary is decided by one of them at a time. */
export function composeCanaries(
  { lifecycle, log, metrics, now }: Kit,
  db: Kysely<Database>,
  parts: {
    readonly store: VersionsStore;
    readonly labels: LabelsService;
    readonly snapshots: SnapshotSource<PromptSnapshot>;
    readonly factOf: AuditFacts;
  },
): CanariesService {
  const { store: versions, labels, snapshots, factOf } = parts;
  const store = createCanariesStore(db);
  const decisions = metrics.counter(metricCatalogue.canaryDecisions);
  // A series that begins at 1 shows no increase.
  decisions.inc({ status: 'rolledBack' }, 0);
  const decide = createDecide({ newId: createIds(now), now });

  lifecycle.every('canaries: round', decideMs, async () => {
    for (const id of await store.running()) {
      try {
        const changed = await store.judge(id, decide);
        if (!changed) continue;
        await snapshots.publish();
        const { prompt_key: promptKey, status, step, reason } = changed;
        decisions.inc({ status });
        log.info({ canary: id, promptKey, status, step, reason }, 'canary: decided');
      } catch (err) {
        log.warn({ err, canary: id }, 'canary: decision failed');
      }
    }
  });
  return createCanariesService({
    store,
    versions,
    labels,
    usualValues: createUsualValues(db),
    snapshots,
    factOf,
    now,
  });
}
