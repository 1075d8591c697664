import { AppError, type AuditFact } from '@valuecanvas/contracts-core';
import type { GateVerdict, PromptGate } from '@valuecanvas/contracts-prompt-registry';
import { acrossUsers, recordAudit } from '@valuecanvas/postgres';
import { type Kysely, sql } from 'kysely';
import { findDataset } from '../datasets/datasets.store.ts';
import type { Database } from '../db.ts';
import { columnsOf, type LabelPosition } from '../labels/label-row.ts';
import { lockPrompt } from '../labels/labels.store.ts';
import { checkGate, findGate, type GateRow } from './check-gate.ts';
import type { GateConditions } from './gate-verdict.ts';

export type GatesStore = ReturnType<typeof createGatesStore>;

/** Gates of labels in PostgreSQL. A change waits for a move of the label, and a move for a change of its gate. */
export function createGatesStore(db: Kysely<Database>) {
  return {
    find(position: LabelPosition): Promise<PromptGate | undefined> {
      return acrossUsers(db, async (transaction) => {
        const row = await findGate(transaction, position);
        return row && toGate(row);
      });
    },

    /** Throws NOT_FOUND for an unknown prompt or dataset. */
    set(
      position: LabelPosition,
      { dataset, minimumScore, maximumCostIncrease, maximumLatencyIncrease }: GateConditions,
      setBy: string,
      factOf: (before: PromptGate | undefined, after: PromptGate) => AuditFact,
    ): Promise<PromptGate> {
      return acrossUsers(db, async (transaction) => {
        if (!(await lockPrompt(transaction, position.promptKey))) throw new AppError('NOT_FOUND');
        if (!(await findDataset(transaction, dataset)))
          throw new AppError('NOT_FOUND', { message: `There is no dataset ${dataset}.` });
        const before = await findGate(transaction, position);
        const values = {
          dataset_name: dataset,
          minimum_score: minimumScore,
          maximum_cost_increase: maximumCostIncrease,
          maximum_latency_increase: maximumLatencyIncrease,
          set_by: setBy,
          set_at: sql<Date>`now()`,
        };
        const row = await transaction
          .insertInto('vc_private.prompt_gates')
          .values({ ...columnsOf(position), ...values })
          .onConflict((conflict) =>
            conflict.columns(['prompt_key', 'environment', 'label']).doUpdateSet(values),
          )
          .returningAll()
          .executeTakeFirstOrThrow();
        await recordAudit(transaction, factOf(before && toGate(before), toGate(row)));
        return toGate(row);
      });
    },

    /** Returns false if the label has no gate. */
    remove(position: LabelPosition, factOf: (before: PromptGate) => AuditFact): Promise<boolean> {
      return acrossUsers(db, async (transaction) => {
        await lockPrompt(transaction, position.promptKey);
        const before = await findGate(transaction, position);
        if (!before) return false;
        await recordAudit(transaction, factOf(toGate(before)));
        await transaction
          .deleteFrom('vc_private.prompt_gates')
          .where((row) => row.and(columnsOf(position)))
          .execute();
        return true;
      });
    },

    check: (position: LabelPosition, version: number): Promise<GateVerdict> =>
      acrossUsers(db, (transaction) => checkGate(transaction, position, version)),
  };
}

function toGate(row: GateRow): PromptGate {
  return {
    promptKey: row.prompt_key,
    environment: row.environment,
    label: row.label,
    dataset: row.dataset_name,
    minimumScore: row.minimum_score,
    ...(row.maximum_cost_increase === null ? {} : { maximumCostIncrease: row.maximum_cost_increase }),
    ...(row.maximum_latency_increase === null
      ? {}
      : { maximumLatencyIncrease: row.maximum_latency_increase }),
    setBy: row.set_by,
    setAt: row.set_at.toISOString(),
  };
}
