import type { AuditFacts } from '@valuecanvas/contracts-core';
import type { PromptSnapshot } from '@valuecanvas/contracts-prompt-registry';
import type { SnapshotSource } from '@valuecanvas/live-snapshot';
import type { Kysely } from 'kysely';
import type { Database } from '../db.ts';
import type { LabelsService } from '../labels/labels.service.ts';
import { createUsualValues } from '../trials/usual-values.ts';
import type { VersionsStore } from '../versions/versions.store.ts';
import { createExperimentsService, type ExperimentsService } from './experiments.service.ts';
import { createExperimentsStore } from './experiments.store.ts';

export function composeExperiments(
  db: Kysely<Database>,
  parts: {
    readonly store: VersionsStore;
    readonly labels: LabelsService;
    readonly snapshots: SnapshotSource<PromptSnapshot>;
    readonly factOf: AuditFacts;
  },
): ExperimentsService {
  const { store: versions, labels, snapshots, factOf } = parts;
  return createExperimentsService({
    store: createExperimentsStore(db),
    versions,
    labels,
    usualValues: createUsualValues(db),
    snapshots,
    factOf,
  });
}
