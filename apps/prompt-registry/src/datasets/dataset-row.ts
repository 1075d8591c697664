import type { Dataset, DatasetCase, Grader, NumberedCase } from '@valuecanvas/contracts-prompt-registry';
import type { Selectable } from 'kysely';
import type { Database } from '../db.ts';

export type DatasetRow = Selectable<Database['vc_private.prompt_datasets']>;
export type CaseRow = Selectable<Database['vc_private.prompt_dataset_cases']>;

export function toDataset(row: DatasetRow): Dataset {
  return {
    name: row.name,
    version: row.version,
    contentHash: row.content_hash,
    description: row.description,
    graders: gradersOf(row),
    caseCount: row.case_count,
    ...(row.created_by === null ? {} : { createdBy: row.created_by }),
    createdAt: row.created_at.toISOString(),
  };
}

export function toNumberedCase({ position, content }: CaseRow): NumberedCase {
  return { position, ...(content as DatasetCase) };
}

function gradersOf({ graders }: Pick<DatasetRow, 'graders'>): Grader[] {
  return graders as Grader[];
}
