import type { AuditFact, ListPage, PageRequest } from '@valuecanvas/contracts-core';
import { acrossUsers, type BeforeCommit, listOrder, recordAudit, selectPage } from '@valuecanvas/postgres';
import { type Kysely, sql } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import type { Database } from '../db.ts';
import { assertMoveKeepsEmbeds } from '../embeds/embeds.service.ts';
import { type PromptEvent, recordPromptEvent } from '../events/record-prompt-event.ts';
import { assertPassesGate } from '../gates/check-gate.ts';
import { columnsOf, type LabelPosition, type LabelRow, type MoveRow, type ProposalRow } from './label-row.ts';

export type LabelsStore = ReturnType<typeof createLabelsStore>;

const byName = listOrder('asc', { environment: 'text', label: 'text' });
const latestMovesFirst = listOrder('desc', { moved_at: 'timestamptz', id: 'uuid' });
/** Ids are UUIDv7, so their order is that of the proposals. */
const newestFirst = listOrder('desc', { id: 'uuid' });

/** A move of a label. Without a version, the label is removed. */
export interface Move {
  readonly version: number | null;
  readonly movedBy: string;
  readonly approvedBy?: string;
  readonly reason: string | undefined;
  readonly requestId: string;
}

/**
 * Labels in PostgreSQL, with their history and the proposals for protected ones. A trigger writes the history, and keeps the
 * status of versions equal to the label `production` of the default environment. Each change commits together with its audit
 * record. `check` functions decide on the locked state, and throw to refuse the change.
 */
export function createLabelsStore(db: Kysely<Database>) {
  return {
    list(promptKey: string, environment: string | undefined, page: PageRequest): Promise<ListPage<LabelRow>> {
      return acrossUsers(db, (transaction) => {
        const labels = transaction
          .selectFrom('vc_private.prompt_labels')
          .selectAll()
          .where('prompt_key', '=', promptKey)
          .$if(environment !== undefined, (query) => query.where('environment', '=', environment ?? ''));
        return selectPage(labels, byName, page);
      });
    },

    find(position: LabelPosition): Promise<LabelRow | undefined> {
      return acrossUsers(db, (transaction) => findLabel(transaction, position));
    },

    moves(position: LabelPosition, page: PageRequest): Promise<ListPage<MoveRow>> {
      return acrossUsers(db, (transaction) => {
        const moves = transaction
          .selectFrom('vc_private.prompt_label_moves')
          .selectAll()
          .where((row) => row.and(columnsOf(position)));
        return selectPage(moves, latestMovesFirst, page);
      });
    },

    proposals(position: LabelPosition, page: PageRequest): Promise<ListPage<ProposalRow>> {
      return acrossUsers(db, (transaction) => {
        const proposals = transaction
          .selectFrom('vc_private.prompt_label_proposals')
          .selectAll()
          .where((row) => row.and(columnsOf(position)));
        return selectPage(proposals, newestFirst, page);
      });
    },

    /** Moves a label, unless it already points at the version. */
    move(
      position: LabelPosition,
      move: Move,
      check: (current: LabelRow | undefined) => void,
      factOf: (from: number | null) => AuditFact,
    ): Promise<LabelRow | undefined> {
      return acrossUsers(db, (transaction) => moveLabel(transaction, position, move, check, factOf));
    },

    protect(
      position: LabelPosition,
      isProtected: boolean,
      factOf: (wasProtected: boolean) => AuditFact,
    ): Promise<LabelRow> {
      return acrossUsers(db, async (transaction) => {
        const current = await lockLabel(transaction, position);
        if (current?.is_protected === isProtected) return current;
        await recordAudit(transaction, factOf(current?.is_protected ?? false));
        return transaction
          .insertInto('vc_private.prompt_labels')
          .values({ ...columnsOf(position), is_protected: isProtected })
          .onConflict((conflict) =>
            conflict
              .columns(['prompt_key', 'environment', 'label'])
              .doUpdateSet({ is_protected: isProtected }),
          )
          .returningAll()
          .executeTakeFirstOrThrow();
      });
    },

    propose<T>(
      position: LabelPosition,
      proposal: {
        readonly version: number;
        readonly reason: string | undefined;
        readonly proposedBy: string;
      },
      factOf: (stored: ProposalRow) => AuditFact,
      beforeCommit: BeforeCommit<ProposalRow, T>,
    ): Promise<T> {
      return acrossUsers(db, async (transaction) => {
        const current = await lockLabel(transaction, position);
        const stored = await transaction
          .insertInto('vc_private.prompt_label_proposals')
          .values({
            id: uuidv7(),
            ...columnsOf(position),
            from_version: current?.version ?? null,
            version: proposal.version,
            reason: proposal.reason ?? null,
            proposed_by: proposal.proposedBy,
          })
          .returningAll()
          .executeTakeFirstOrThrow();
        await recordAudit(transaction, factOf(stored));
        await recordPromptEvent(transaction, proposalEvent(stored));
        return beforeCommit(transaction, stored);
      });
    },

    /** Closes a proposal, and makes its move if it is approved. Returns undefined if the label has no such proposal. */
    decide(
      position: LabelPosition,
      proposalId: string,
      decision: {
        readonly status: 'approved' | 'rejected';
        readonly decidedBy: string;
        readonly requestId: string;
        readonly check: (proposal: ProposalRow, current: LabelRow | undefined) => void;
        readonly factOf: (proposal: ProposalRow) => AuditFact;
      },
    ): Promise<ProposalRow | undefined> {
      const { status, decidedBy, requestId, check, factOf } = decision;
      return acrossUsers(db, async (transaction) => {
        const current = await lockLabel(transaction, position);
        const proposal = await transaction
          .selectFrom('vc_private.prompt_label_proposals')
          .selectAll()
          .where('id', '=', proposalId)
          .where('prompt_key', '=', position.promptKey)
          .where('label', '=', position.label)
          .executeTakeFirst();
        if (!proposal) return undefined;
        const ofProposal = { ...position, environment: proposal.environment };
        const target =
          proposal.environment === position.environment ? current : await findLabel(transaction, ofProposal);
        check(proposal, target);
        await recordAudit(transaction, factOf(proposal));
        if (status === 'approved') {
          const move = {
            version: proposal.version,
            movedBy: proposal.proposed_by,
            approvedBy: decidedBy,
            reason: proposal.reason ?? undefined,
            requestId,
          };
          await writeMove(transaction, ofProposal, move, target?.version ?? null);
        }
        return transaction
          .updateTable('vc_private.prompt_label_proposals')
          .set({ status, decided_by: decidedBy, decided_at: sql<Date>`now()` })
          .where('id', '=', proposalId)
          .returningAll()
          .executeTakeFirstOrThrow();
      });
    },
  };
}

export function findLabel(
  transaction: Kysely<Database>,
  position: LabelPosition,
): Promise<LabelRow | undefined> {
  return transaction
    .selectFrom('vc_private.prompt_labels')
    .selectAll()
    .where((row) => row.and(columnsOf(position)))
    .executeTakeFirst();
}

/** Moves a label in a transaction, unless it already points at the version. */
export async function moveLabel(
  transaction: Kysely<Database>,
  position: LabelPosition,
  move: Move,
  check: (current: LabelRow | undefined) => void,
  factOf: (from: number | null) => AuditFact,
): Promise<LabelRow | undefined> {
  const current = await lockLabel(transaction, position);
  check(current);
  const from = current?.version ?? null;
  if (from === move.version) return current;
  await recordAudit(transaction, factOf(from));
  return writeMove(transaction, position, move, from);
}

/** Locks the labels of the prompt. Returns the label. */
export async function lockLabel(
  transaction: Kysely<Database>,
  position: LabelPosition,
): Promise<LabelRow | undefined> {
  await lockPrompt(transaction, position.promptKey);
  return findLabel(transaction, position);
}

/**
 * Locks the first version of a prompt, which serializes all changes of its labels and gates, and activations by releases
 * without labels. Returns false for an unknown prompt.
 */
export async function lockPrompt(transaction: Kysely<Database>, promptKey: string): Promise<boolean> {
  const locked = await transaction
    .selectFrom('prompt_versions')
    .select('id')
    .where('prompt_key', '=', promptKey)
    .where('version', '=', 1)
    .forUpdate()
    .executeTakeFirst();
  return locked !== undefined;
}

/** Throws UNPROCESSABLE if the version does not pass the gate of the label. */
async function writeMove(
  transaction: Kysely<Database>,
  position: LabelPosition,
  move: Move,
  from: number | null,
): Promise<LabelRow> {
  if (move.version !== null) await assertPassesGate(transaction, position, move.version);
  const values = {
    version: move.version,
    moved_by: move.movedBy,
    approved_by: move.approvedBy ?? null,
    moved_at: sql<Date>`clock_timestamp()`,
    reason: move.reason ?? null,
    request_id: move.requestId,
  };
  const moved = await transaction
    .insertInto('vc_private.prompt_labels')
    .values({ ...columnsOf(position), ...values })
    .onConflict((conflict) => conflict.columns(['prompt_key', 'environment', 'label']).doUpdateSet(values))
    .returningAll()
    .executeTakeFirstOrThrow();
  await assertMoveKeepsEmbeds(transaction, position);
  await recordPromptEvent(transaction, moveEvent(moved, from));
  return moved;
}

function moveEvent(row: LabelRow, from: number | null): PromptEvent {
  const { prompt_key: promptKey, environment, label, version, moved_by: movedBy } = row;
  const numbered = (number: number | null) => (number === null ? 'no version' : `version ${number}`);
  return {
    kind: 'prompt.label-moved',
    title: `${label} of ${promptKey} moved to ${numbered(version)}`,
    message: `The label ${label} of ${promptKey} in the environment ${environment} moved from ${numbered(from)} to ${numbered(version)}.`,
    details: {
      promptKey,
      environment,
      label,
      ...(from === null ? {} : { from }),
      ...(version === null ? {} : { to: version }),
      ...(movedBy === null ? {} : { movedBy }),
      ...(row.approved_by === null ? {} : { approvedBy: row.approved_by }),
    },
    at: row.moved_at,
  };
}

function proposalEvent(row: ProposalRow): PromptEvent {
  const { id: proposalId, prompt_key: promptKey, environment, label, version } = row;
  return {
    kind: 'prompt.move-proposed',
    title: `A move of ${label} of ${promptKey} waits for approval`,
    message: `A person has proposed version ${version} of ${promptKey} for the protected label ${label} in the environment ${environment}. A second person has to approve it.`,
    details: { proposalId, promptKey, environment, label, version, proposedBy: row.proposed_by },
    at: row.proposed_at,
  };
}
