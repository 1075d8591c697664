import type { AuditFact, ListPage, Notification, PageRequest } from '@valuecanvas/contracts-core';
import { productionLabel } from '@valuecanvas/contracts-prompt-registry';
import {
  acrossUsers,
  type BeforeCommit,
  listOrder,
  recordAudit,
  recordNotification,
  selectPage,
} from '@valuecanvas/postgres';
import { type Kysely, sql, type Updateable } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import type { Database, PromptCanariesTable } from '../db.ts';
import type { LabelRow } from '../labels/label-row.ts';
import { findLabel, lockLabel, moveLabel } from '../labels/labels.store.ts';
import { readSums, type StepSums } from '../trials/trial-sums.store.ts';
import type { CanaryRow } from './canary-row.ts';
import type { CanarySettings } from './new-canary.ts';

export type CanariesStore = ReturnType<typeof createCanariesStore>;

/** Ids are UUIDv7, so their order is that of creation. */
const newestFirst = listOrder('desc', { id: 'uuid' });

/** The label `production` of a prompt and environment, and what already runs there. */
export interface ReleaseState {
  readonly label: LabelRow | undefined;
  /** Name of the running experiment or canary. */
  readonly running: string | undefined;
}

export type CanaryChange = Pick<
  Updateable<PromptCanariesTable>,
  | 'status'
  | 'step'
  | 'step_started_at'
  | 'carried_evidence'
  | 'history'
  | 'reason'
  | 'approved_by'
  | 'started_at'
  | 'ended_at'
>;

/** Decision on a canary: its change, and what is recorded with it. */
export interface CanaryVerdict {
  readonly change: CanaryChange;
  readonly fact: AuditFact;
  readonly notification?: Notification;
  /** Moves the label `production` to the candidate. */
  readonly move?: { readonly reason: string; readonly fact: AuditFact };
}

/**
 * Server-side bound on a decision. If the deciding replica freezes, PostgreSQL ends its transaction and releases the canary,
 * so that another replica decides. The frozen replica can then commit nothing.
 */
const idleInTransactionMs = 5_000;

/**
 * Canaries in PostgreSQL. Each change commits together with its audit record. `check` functions decide on the locked state, and
 * throw to refuse the change.
 */
export function createCanariesStore(db: Kysely<Database>) {
  return {
    list(
      { promptKey, status }: { readonly promptKey?: string; readonly status?: CanaryRow['status'] },
      page: PageRequest,
    ): Promise<ListPage<CanaryRow>> {
      return acrossUsers(db, (transaction) => {
        const canaries = transaction
          .selectFrom('vc_private.prompt_canaries')
          .selectAll()
          .$if(promptKey !== undefined, (query) => query.where('prompt_key', '=', promptKey ?? ''))
          .$if(status !== undefined, (query) => query.where('status', '=', status ?? 'running'));
        return selectPage(canaries, newestFirst, page);
      });
    },

    /** Returns a canary with the sums of its current or last step. */
    find(id: string): Promise<{ readonly row: CanaryRow; readonly sums: StepSums } | undefined> {
      return acrossUsers(db, async (transaction) => {
        const row = await findCanary(transaction, id).executeTakeFirst();
        return row && { row, sums: await readSums(transaction, id, row.step) };
      });
    },

    async running(): Promise<readonly string[]> {
      const rows = await acrossUsers(db, (transaction) =>
        transaction
          .selectFrom('vc_private.prompt_canaries')
          .select('id')
          .where('status', '=', 'running')
          .orderBy('id')
          .execute(),
      );
      return rows.map(({ id }) => id);
    },

    insert<T>(
      canary: CanarySettings & {
        readonly promptKey: string;
        readonly environment: string;
        readonly candidateVersion: number;
        readonly createdBy: string;
      },
      /** Returns the first state, from that of the label. */
      begin: (state: ReleaseState) => CanaryChange & { readonly baselineVersion: number },
      factOf: (created: CanaryRow) => AuditFact,
      beforeCommit: BeforeCommit<CanaryRow, T>,
    ): Promise<T> {
      const { promptKey, environment } = canary;
      return acrossUsers(db, async (transaction) => {
        const {
          baselineVersion,
          status = 'proposed',
          ...state
        } = begin(await releaseState(transaction, promptKey, environment));
        const row = await transaction
          .insertInto('vc_private.prompt_canaries')
          .values({
            id: uuidv7(),
            prompt_key: promptKey,
            environment,
            baseline_version: baselineVersion,
            candidate_version: canary.candidateVersion,
            steps: JSON.stringify(canary.steps),
            guardrails: JSON.stringify(canary.guardrails),
            bounds: JSON.stringify(canary.bounds),
            created_by: canary.createdBy,
            status,
            ...state,
          })
          .returningAll()
          .executeTakeFirstOrThrow();
        await recordAudit(transaction, factOf(row));
        return beforeCommit(transaction, row);
      });
    },

    /** Changes a canary as `change` says of its locked state. Returns undefined if it does not exist. */
    update(
      id: string,
      change: (canary: CanaryRow, state: ReleaseState) => CanaryChange,
      factOf: (before: CanaryRow, after: CanaryRow) => AuditFact,
    ): Promise<CanaryRow | undefined> {
      return acrossUsers(db, async (transaction) => {
        const before = await findCanary(transaction, id).forUpdate().executeTakeFirst();
        if (!before) return undefined;
        const state = await releaseState(transaction, before.prompt_key, before.environment);
        const after = await write(transaction, id, change(before, state));
        await recordAudit(transaction, factOf(before, after));
        return after;
      });
    },

    /**
     * Lets `decide` judge a running canary, unless another replica judges it at this moment. The row lock lives as long as the
     * transaction, so a replica that has lost it can no longer commit a decision. Returns the changed canary, if any.
     */
    judge(
      id: string,
      decide: (canary: CanaryRow, sums: StepSums, label: LabelRow | undefined) => CanaryVerdict | undefined,
    ): Promise<CanaryRow | undefined> {
      return acrossUsers(db, async (transaction) => {
        await sql`select set_config('idle_in_transaction_session_timeout', ${String(idleInTransactionMs)}, true)`.execute(
          transaction,
        );
        const canary = await findCanary(transaction, id)
          .where('status', '=', 'running')
          .forUpdate()
          .skipLocked()
          .executeTakeFirst();
        if (!canary) return undefined;
        const position = positionOf(canary);
        const sums = await readSums(transaction, id, canary.step);
        const verdict = decide(canary, sums, await findLabel(transaction, position));
        if (!verdict) return undefined;
        const { change, fact, notification, move } = verdict;
        if (move) {
          await moveLabel(
            transaction,
            position,
            {
              version: canary.candidate_version,
              movedBy: canary.created_by,
              ...(canary.approved_by === null ? {} : { approvedBy: canary.approved_by }),
              reason: move.reason,
              requestId: canary.id,
            },
            (current) => {
              if (current?.version !== canary.baseline_version) throw new LabelMoved();
            },
            () => move.fact,
          );
        }
        const after = await write(transaction, id, change, canary.step);
        await recordAudit(transaction, fact);
        if (notification) await recordNotification(transaction, notification);
        return after;
      });
    },
  };
}

/** Thrown if the label has moved in the moment of the last decision. The next round ends the canary. */
class LabelMoved extends Error {
  constructor() {
    super('The label has moved while its canary finished.');
  }
}

function positionOf({ prompt_key: promptKey, environment }: Pick<CanaryRow, 'prompt_key' | 'environment'>) {
  return { promptKey, environment, label: productionLabel };
}

function findCanary(transaction: Kysely<Database>, id: string) {
  return transaction.selectFrom('vc_private.prompt_canaries').selectAll().where('id', '=', id);
}

/** Locks the labels of the prompt, which serializes starts of trials. */
async function releaseState(
  transaction: Kysely<Database>,
  promptKey: string,
  environment: string,
): Promise<ReleaseState> {
  const label = await lockLabel(transaction, positionOf({ prompt_key: promptKey, environment }));
  return { label, running: await findRunningTrial(transaction, promptKey, environment) };
}

/** Names the experiment or canary that runs for a prompt and environment. */
export async function findRunningTrial(
  transaction: Kysely<Database>,
  promptKey: string,
  environment: string,
): Promise<string | undefined> {
  const experiment = await transaction
    .selectFrom('ab_tests')
    .select('name')
    .where('prompt_key', '=', promptKey)
    .where('environment', '=', environment)
    .where('status', '=', 'running')
    .executeTakeFirst();
  if (experiment) return `experiment ${experiment.name}`;
  const canary = await transaction
    .selectFrom('vc_private.prompt_canaries')
    .select('candidate_version')
    .where('prompt_key', '=', promptKey)
    .where('environment', '=', environment)
    .where('status', '=', 'running')
    .executeTakeFirst();
  return canary && `canary of version ${canary.candidate_version}`;
}

/** Changes a canary, and with a step only if it is still in this step. */
function write(
  transaction: Kysely<Database>,
  id: string,
  change: CanaryChange,
  step?: number,
): Promise<CanaryRow> {
  return transaction
    .updateTable('vc_private.prompt_canaries')
    .set(change)
    .where('id', '=', id)
    .$if(step !== undefined, (query) => query.where('step', '=', step ?? 0))
    .returningAll()
    .executeTakeFirstOrThrow();
}
