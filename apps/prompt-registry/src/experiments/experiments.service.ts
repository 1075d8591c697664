import {
  AppError,
  type AuditedCall,
  type AuditFacts,
  type ListPage,
  mapPage,
  type PageRequest,
} from '@valuecanvas/contracts-core';
import {
  type CreateExperimentRequest,
  type Experiment,
  type ExperimentArm,
  type ExperimentResults,
  productionLabel,
} from '@valuecanvas/contracts-prompt-registry';
import type { BeforeCommit } from '@valuecanvas/postgres';
import type { Kysely } from 'kysely';
import type { Database } from '../db.ts';
import type { LabelsService } from '../labels/labels.service.ts';
import { assertSecondPerson } from '../trials/second-person.ts';
import type { UsualValues } from '../trials/usual-values.ts';
import type { VersionRow } from '../versions/version-row.ts';
import type { VersionsStore } from '../versions/versions.store.ts';
import { armsOf, boundsOf, type ExperimentRow, toExperiment } from './experiment-row.ts';
import type { ExperimentsStore } from './experiments.store.ts';
import { newExperiment } from './new-experiment.ts';
import { resultsOf } from './results.ts';

export type ExperimentsService = ReturnType<typeof createExperimentsService>;

/** Bounds of skewed metrics, as a multiple of the mean of the version in the first arm. */
const boundFactor = 10;

/** Experiments between versions of a prompt. A start and an end are published before the response is sent. */
export function createExperimentsService(options: {
  readonly store: ExperimentsStore;
  readonly versions: Pick<VersionsStore, 'find'>;
  readonly labels: Pick<LabelsService, 'prepareMove' | 'assertMovable'>;
  readonly usualValues: UsualValues;
  readonly snapshots: { publish(): Promise<void> };
  readonly factOf: AuditFacts;
}) {
  const { store, versions, labels, usualValues, snapshots, factOf } = options;

  const found = async (id: string): Promise<ExperimentRow> => {
    const row = await store.find(id);
    if (!row) throw new AppError('NOT_FOUND');
    return row;
  };

  /** Returns the versions of all arms. Throws VALIDATION_FAILED if one is missing. */
  const versionsOf = async (promptKey: string, arms: readonly ExperimentArm[]): Promise<VersionRow[]> => {
    const rows = await Promise.all(arms.map(({ version }) => versions.find(promptKey, version)));
    const details = arms.flatMap(({ version }, index) =>
      rows[index]
        ? []
        : [{ path: `arms.${index}.version`, message: `${promptKey} has no version ${version}` }],
    );
    if (details.length > 0) throw new AppError('VALIDATION_FAILED', { details });
    return rows.filter((row) => row !== undefined);
  };

  /** Returns the bounds of an experiment, and those that follow from recent executions of its control. */
  const completeBounds = async (row: ExperimentRow, control: VersionRow | undefined) => {
    const usual = control && (await usualValues(control.id));
    if (!usual) return boundsOf(row);
    const { cost, latency, tokens } = usual.means;
    const derived = Object.entries({ cost, latency, tokens }).filter(([, mean]) => mean > 0);
    return {
      ...Object.fromEntries(derived.map(([metric, mean]) => [metric, mean * boundFactor])),
      ...boundsOf(row),
    };
  };

  return {
    list: async (
      filter: { readonly promptKey?: string; readonly status?: ExperimentRow['status'] },
      page: PageRequest,
    ): Promise<ListPage<Experiment>> => mapPage(await store.list(filter, page), toExperiment),

    get: async (id: string): Promise<Experiment> => toExperiment(await found(id)),

    /** Throws VALIDATION_FAILED as `newExperiment` does, or for an unknown version. */
    async create<T>(
      call: AuditedCall,
      request: CreateExperimentRequest,
      beforeCommit: BeforeCommit<Experiment, T>,
    ): Promise<T> {
      const draft = newExperiment(request, call.principal.userId);
      await versionsOf(draft.promptKey, draft.arms);
      return store.insert(
        draft,
        (created) => factOf(call, { target: targetOf(created), after: toExperiment(created) }),
        (transaction, created) => beforeCommit(transaction, toExperiment(created)),
      );
    },

    async start(call: AuditedCall, id: string): Promise<Experiment> {
      const row = await found(id);
      const { prompt_key: promptKey, environment } = row;
      const position = { promptKey, environment, label: productionLabel };
      const rows = await versionsOf(promptKey, armsOf(row));
      for (const version of rows) await labels.assertMovable(position, version);
      const started = await store.start(
        id,
        { startedBy: call.principal.userId, bounds: await completeBounds(row, rows[0]) },
        ({ experiment, label, running }) => {
          if (experiment.status !== 'draft')
            throw new AppError('CONFLICT', { message: `The experiment is already ${experiment.status}.` });
          if (running)
            throw new AppError('CONFLICT', {
              message: `The ${running} runs for ${promptKey} in ${environment}. End it first.`,
            });
          assertSecondPerson(call.principal, label, experiment.created_by);
        },
        (after) =>
          factOf(call, { target: targetOf(after), before: toExperiment(row), after: toExperiment(after) }),
      );
      if (!started) throw new AppError('NOT_FOUND');
      await snapshots.publish();
      return toExperiment(started);
    },

    async complete(
      call: AuditedCall,
      id: string,
      request: {
        readonly winner?: string;
        readonly activate?: boolean;
        readonly expectedVersion?: number | null;
        readonly reason?: string;
      },
    ): Promise<Experiment> {
      const row = await found(id);
      const winner = winnerOf(row, request);
      const move =
        winner && request.activate
          ? await labels.prepareMove(
              call,
              { promptKey: row.prompt_key, environment: row.environment, label: productionLabel },
              {
                version: winner.version,
                expectedVersion:
                  request.expectedVersion === undefined ? row.label_version : request.expectedVersion,
                reason: request.reason ?? `${winner.name} won the experiment ${row.name}`.slice(0, 500),
              },
            )
          : async (_transaction: Kysely<Database>) => undefined;
      const completed = await store.complete(
        id,
        { winner: winner?.name ?? null, completedBy: call.principal.userId },
        ({ status }) => {
          if (status === 'running') return;
          throw new AppError('CONFLICT', { message: `The experiment does not run: it is ${status}.` });
        },
        move,
        (before, after) =>
          factOf(call, { target: targetOf(after), before: toExperiment(before), after: toExperiment(after) }),
      );
      if (!completed) throw new AppError('NOT_FOUND');
      await snapshots.publish();
      return toExperiment(completed);
    },

    async results(id: string): Promise<ExperimentResults> {
      const experiment = await store.findWithSums(id);
      if (!experiment) throw new AppError('NOT_FOUND');
      return resultsOf(experiment.row, experiment.sums);
    },
  };
}

const targetOf = ({ prompt_key: id }: ExperimentRow) => ({ kind: 'prompt', id });

function winnerOf(
  row: ExperimentRow,
  { winner, activate }: { readonly winner?: string; readonly activate?: boolean },
): ExperimentArm | undefined {
  const arm = armsOf(row).find(({ name }) => name === winner);
  if (winner !== undefined && !arm)
    throw invalid(
      `is no arm of the experiment: ${armsOf(row)
        .map(({ name }) => name)
        .join(', ')}`,
    );
  if (activate && !arm) throw invalid('is needed for an activation');
  return arm;
}

function invalid(message: string): AppError {
  return new AppError('VALIDATION_FAILED', { details: [{ path: 'winner', message }] });
}
