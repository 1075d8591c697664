import type { promptRegistryContract } from '@valuecanvas/contracts-prompt-registry';
import { type HandlersOf, respond } from '@valuecanvas/service-kit';
import type { DatasetsService } from './datasets.service.ts';

export const datasetRoutes = (datasets: DatasetsService) =>
  ({
    createDataset: (call) =>
      datasets.create(call, call.body, (transaction, { dataset, isNew }) =>
        call.keep(transaction, isNew ? respond(201, dataset) : respond(200, dataset)),
      ),
    listDatasets: ({ page }) => datasets.list(page),
    getDataset: ({ params, query }) => datasets.get(params.name, query.version),
    listDatasetVersions: ({ params, page }) => datasets.versions(params.name, page),
    listDatasetCases: ({ params, query, page }) => datasets.cases(params.name, query.version, page),
  }) satisfies Partial<HandlersOf<typeof promptRegistryContract>>;
