import {
  AppError,
  type AuditedCall,
  type AuditFacts,
  type ListPage,
  mapPage,
  type PageRequest,
} from '@valuecanvas/contracts-core';
import type { CreateDatasetRequest, Dataset, NumberedCase } from '@valuecanvas/contracts-prompt-registry';
import type { BeforeCommit } from '@valuecanvas/postgres';
import { type DatasetRow, toDataset, toNumberedCase } from './dataset-row.ts';
import type { DatasetsStore } from './datasets.store.ts';
import { newDataset } from './new-dataset.ts';

export type DatasetsService = ReturnType<typeof createDatasetsService>;

/** Datasets, on which versions of prompts are evaluated. */
export function createDatasetsService(store: DatasetsStore, factOf: AuditFacts) {
  const existing = async (name: string, version?: number): Promise<DatasetRow> => {
    const row = await store.find(name, version);
    if (!row) throw new AppError('NOT_FOUND');
    return row;
  };

  return {
    /** Returns the result of `beforeCommit`, which learns whether a version was stored. */
    create<T>(
      call: AuditedCall,
      request: CreateDatasetRequest,
      beforeCommit: BeforeCommit<{ readonly dataset: Dataset; readonly isNew: boolean }, T>,
    ): Promise<T> {
      return store.insertNext(
        { ...newDataset(request), createdBy: call.principal.userId },
        ({ name, version, content_hash: contentHash, case_count: caseCount }) =>
          factOf(call, {
            target: { kind: 'promptDataset', id: name },
            after: { version, contentHash, caseCount },
          }),
        (transaction, { row, isNew }) => beforeCommit(transaction, { dataset: toDataset(row), isNew }),
      );
    },

    list: async (page: PageRequest): Promise<ListPage<Dataset>> => mapPage(await store.list(page), toDataset),

    versions: async (name: string, page: PageRequest): Promise<ListPage<Dataset>> =>
      mapPage(await store.versions(name, page), toDataset),

    get: async (name: string, version?: number): Promise<Dataset> => toDataset(await existing(name, version)),

    async cases(
      name: string,
      version: number | undefined,
      page: PageRequest,
    ): Promise<ListPage<NumberedCase>> {
      const { id } = await existing(name, version);
      return mapPage(await store.cases(id, page), toNumberedCase);
    },
  };
}
