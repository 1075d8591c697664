import {
  AppError,
  type AuditedCall,
  type AuditFacts,
  type ListPage,
  mapPage,
  type PageRequest,
} from '@valuecanvas/contracts-core';
import {
  type CaseChange,
  type EvaluationComparison,
  type EvaluationResult,
  type PromptEvaluation,
  promptEvaluation,
  type StartEvaluationRequest,
} from '@valuecanvas/contracts-prompt-registry';
import type { BeforeCommit } from '@valuecanvas/postgres';
import { type Producer, traceContextOf } from '@valuecanvas/queue';
import type { Logger } from '@valuecanvas/service-kit';
import { v7 as uuidv7 } from 'uuid';
import type { DatasetsStore } from '../datasets/datasets.store.ts';
import type { VersionsStore } from '../versions/versions.store.ts';
import { type EvaluationRow, toEvaluation, toResult } from './evaluation-row.ts';
import type { EvaluationFilter, EvaluationsStore } from './evaluations.store.ts';

export type EvaluationsService = ReturnType<typeof createEvaluationsService>;

const defaultConcurrency = 4;

/** Runs of prompt versions on datasets. */
export function createEvaluationsService(options: {
  readonly store: EvaluationsStore;
  readonly datasets: Pick<DatasetsStore, 'find'>;
  readonly versions: Pick<VersionsStore, 'find' | 'findActive'>;
  readonly producer: Pick<Producer, 'enqueue'>;
  readonly factOf: AuditFacts;
}) {
  const { store, datasets, versions, producer, factOf } = options;
  const targetOf = (promptKey: string) => ({ kind: 'prompt', id: promptKey });

  const existing = async (id: string): Promise<EvaluationRow> => {
    const row = await store.find(id);
    if (!row) throw new AppError('NOT_FOUND');
    return row;
  };

  /** Adds the state of the jobs. */
  const viewsOf = async (
    rows: readonly EvaluationRow[],
  ): Promise<(row: EvaluationRow) => PromptEvaluation> => {
    const jobs = await store.jobs(rows.filter(({ status }) => status === 'running').map(({ id }) => id));
    return (row) => toEvaluation(row, jobs.get(row.id));
  };

  const viewOf = async (row: EvaluationRow): Promise<PromptEvaluation> => (await viewsOf([row]))(row);

  const baselineOf = async (run: EvaluationRow, otherId: string | undefined): Promise<EvaluationRow> => {
    if (otherId !== undefined) return existing(otherId);
    const active = await versions.findActive(run.prompt_key);
    const latest = active && (await store.latestCompleted(run.prompt_key, active.version, run.content_hash));
    if (!latest)
      throw new AppError('NOT_FOUND', {
        message: 'The active version has no completed run on this content of the dataset. Evaluate it first.',
      });
    return latest;
  };

  return {
    /** Runs `beforeCommit` in the transaction that stores the run and its job, and returns its result. */
    async start<T>(
      call: AuditedCall & { readonly log: Logger },
      {
        promptKey,
        version,
        dataset: name,
        datasetVersion,
        concurrency = defaultConcurrency,
      }: StartEvaluationRequest,
      beforeCommit: BeforeCommit<PromptEvaluation, T>,
    ): Promise<T> {
      const [dataset, evaluated] = await Promise.all([
        datasets.find(name, datasetVersion),
        versions.find(promptKey, version),
      ]);
      if (!evaluated) throw new AppError('NOT_FOUND', { message: `${promptKey} has no version ${version}.` });
      if (!dataset)
        throw new AppError('NOT_FOUND', { message: `There is no such dataset or version: ${name}.` });
      const id = uuidv7();
      const traceContext = traceContextOf(call);
      const started = await store.start(
        {
          id,
          prompt_key: promptKey,
          version,
          dataset_id: dataset.id,
          concurrency,
          created_by: call.principal.userId,
        },
        traceContext,
        factOf(call, {
          target: targetOf(promptKey),
          after: { evaluationId: id, version, dataset: name, contentHash: dataset.content_hash },
        }),
        (transaction, row) => beforeCommit(transaction, toEvaluation(row, queued)),
      );
      await producer
        .enqueue(promptEvaluation, { id, traceContext })
        .catch((err: unknown) =>
          call.log.warn({ err }, 'queue: unavailable, the sweeper will queue the stored job'),
        );
      return started;
    },

    async list(filter: EvaluationFilter, page: PageRequest): Promise<ListPage<PromptEvaluation>> {
      const found = await store.list(filter, page);
      return mapPage(found, await viewsOf(found.items));
    },

    get: async (id: string): Promise<PromptEvaluation> => viewOf(await existing(id)),

    async results(
      id: string,
      filter: { readonly passed?: boolean },
      page: PageRequest,
    ): Promise<ListPage<EvaluationResult>> {
      await existing(id);
      return mapPage(await store.results(id, filter, page), toResult);
    },

    /** Throws UNPROCESSABLE for runs that are not completed, or of different content. */
    async compare(id: string, otherId: string | undefined): Promise<EvaluationComparison> {
      const after = await existing(id);
      const before = await baselineOf(after, otherId);
      if (before.content_hash !== after.content_hash)
        throw new AppError('UNPROCESSABLE', { message: 'The runs used different content of a dataset.' });
      if (before.status !== 'completed' || after.status !== 'completed')
        throw new AppError('UNPROCESSABLE', { message: 'Both runs must be completed.' });
      const pairs = await store.pairs(before.id, after.id);
      const view = await viewsOf([before, after]);
      const gain = (pair: CaseChange) => pair.after - pair.before;
      return {
        before: view(before),
        after: view(after),
        better: pairs.filter((pair) => gain(pair) > 0).sort((a, b) => gain(b) - gain(a)),
        worse: pairs.filter((pair) => gain(pair) < 0).sort((a, b) => gain(a) - gain(b)),
        equalCases: pairs.filter((pair) => gain(pair) === 0).length,
      };
    },

    async cancel(call: AuditedCall, id: string): Promise<PromptEvaluation> {
      const row = await store.cancel(id, ({ prompt_key: promptKey, status }) =>
        factOf(call, {
          target: targetOf(promptKey),
          before: { evaluationId: id, status },
          after: { evaluationId: id, status: 'cancelled' },
        }),
      );
      if (!row) throw new AppError('NOT_FOUND');
      return viewOf(row);
    },

    /** Returns the cases that the job has still to evaluate. */
    async work(id: string) {
      const work = await store.work(id);
      if (!work) throw new AppError('NOT_FOUND');
      return { concurrency: work.concurrency, positions: [...work.positions] };
    },
  };
}

/** State of the job of a run that starts. */
const queued = { status: 'queued', errorCode: null, errorMessage: null } as const;
