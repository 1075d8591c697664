import type { Finding } from '@valuecanvas/contracts-canvas';
import type { UserCall, UserPrincipal } from '@valuecanvas/contracts-core';
import { asUser, type BeforeCommit } from '@valuecanvas/postgres';
import { type Kysely, sql } from 'kysely';
import type { Database } from '../db.ts';
import { ownerOf, takeReservation } from '../generation/reservations.store.ts';
import type { UnstoredCheck } from './unstored-check.ts';

/** A finding as it was made, without its dismissal. */
export type StoredFinding = Omit<Finding, 'dismissal'>;

/** The check of one revision. A later check of the same revision replaces it. */
export interface StoredCheck {
  readonly revision: number;
  readonly checkedAt: Date;
  readonly isComplete: boolean;
  readonly findings: readonly StoredFinding[];
}

/** Dismissals of a canvas by the id of the finding. */
export type Dismissals = ReadonlyMap<string, NonNullable<Finding['dismissal']>>;

/** A check with the dismissals of its canvas. */
export interface KnownCheck {
  readonly check: StoredCheck | undefined;
  readonly dismissals: Dismissals;
}

export type FindingsStore = ReturnType<typeof createFindingsStore>;

/** Checks and dismissals. Every method reads and changes only what belongs to the user. */
export function createFindingsStore(db: Kysely<Database>) {
  return {
    /** Stores a check in place of its reservation. */
    save<T>(
      { principal }: UserCall,
      { id, canvasId, ...check }: UnstoredCheck,
      beforeCommit: BeforeCommit<Dismissals, T>,
    ): Promise<T> {
      return asUser(db, principal, async (tx) => {
        await takeReservation(tx, id);
        await insertCheck(tx, canvasId, check);
        return beforeCommit(tx, await dismissalsOf(tx, canvasId));
      });
    },

    /** Stores checks whose requests have ended, unless their canvases were removed meanwhile. */
    async saveLater(checks: readonly UnstoredCheck[]): Promise<void> {
      for (const { id, canvasId, ...check } of checks)
        await asUser(db, ownerOf(check), async (tx) => {
          const isOpen = await takeReservation(tx, id);
          const canvas = await tx
            .selectFrom('canvases')
            .select('id')
            .where('id', '=', canvasId)
            .executeTakeFirst();
          if (isOpen && canvas) await insertCheck(tx, canvasId, check);
        });
    },

    /** Finds the latest check, or the check of a revision. */
    find(owner: UserPrincipal, canvasId: string, revision?: number): Promise<KnownCheck> {
      return asUser(db, owner, async (tx) => {
        let checks = tx
          .selectFrom('vc_private.canvas_checks')
          .select(['revision', 'checked_at', 'is_complete', 'findings'])
          .where('canvas_id', '=', canvasId);
        if (revision !== undefined) checks = checks.where('revision', '=', revision);
        const row = await checks.orderBy('revision', 'desc').limit(1).executeTakeFirst();
        const check = row && {
          revision: row.revision,
          checkedAt: row.checked_at,
          isComplete: row.is_complete,
          findings: row.findings as StoredFinding[],
        };
        return { check, dismissals: await dismissalsOf(tx, canvasId) };
      });
    },

    /** Finds a finding in the latest check that has it. */
    findFinding(owner: UserPrincipal, canvasId: string, id: string): Promise<StoredFinding | undefined> {
      return asUser(db, owner, async (tx) => {
        const row = await tx
          .selectFrom('vc_private.canvas_checks')
          .select('findings')
          .where('canvas_id', '=', canvasId)
          .where(sql<boolean>`findings @> ${JSON.stringify([{ id }])}::jsonb`)
          .orderBy('revision', 'desc')
          .limit(1)
          .executeTakeFirst();
        return ((row?.findings ?? []) as StoredFinding[]).find((finding) => finding.id === id);
      });
    },

    dismiss(
      owner: UserPrincipal,
      canvasId: string,
      { id, reason, at }: { readonly id: string; readonly reason: string; readonly at: Date },
    ): Promise<void> {
      return asUser(db, owner, async (tx) => {
        const change = { reason, dismissed_at: at };
        await tx
          .insertInto('vc_private.canvas_dismissals')
          .values({ canvas_id: canvasId, finding_id: id, user_id: owner.userId, ...change })
          .onConflict((conflict) => conflict.columns(['canvas_id', 'finding_id']).doUpdateSet(change))
          .execute();
      });
    },

    /** Removes a dismissal. Returns true if it existed. */
    restore(owner: UserPrincipal, canvasId: string, id: string): Promise<boolean> {
      return asUser(db, owner, async (tx) => {
        const { numDeletedRows } = await tx
          .deleteFrom('vc_private.canvas_dismissals')
          .where('canvas_id', '=', canvasId)
          .where('finding_id', '=', id)
          .executeTakeFirst();
        return numDeletedRows > 0n;
      });
    },
  };
}

/** Stores a check, unless a later one of the same revision is stored. */
async function insertCheck(
  tx: Kysely<Database>,
  canvasId: string,
  { userId, revision, checkedAt, isComplete, findings }: Omit<UnstoredCheck, 'id' | 'canvasId'>,
): Promise<void> {
  const content = { findings: JSON.stringify(findings), is_complete: isComplete, checked_at: checkedAt };
  await tx
    .insertInto('vc_private.canvas_checks')
    .values({ canvas_id: canvasId, revision, user_id: userId, ...content })
    .onConflict((conflict) =>
      conflict
        .columns(['canvas_id', 'revision'])
        .doUpdateSet(content)
        .where(sql<boolean>`canvas_checks.checked_at <= excluded.checked_at`),
    )
    .execute();
}

async function dismissalsOf(tx: Kysely<Database>, canvasId: string): Promise<Dismissals> {
  const rows = await tx
    .selectFrom('vc_private.canvas_dismissals')
    .select(['finding_id', 'reason', 'dismissed_at'])
    .where('canvas_id', '=', canvasId)
    .execute();
  return new Map(
    rows.map((row) => [row.finding_id, { reason: row.reason, dismissedAt: row.dismissed_at.toISOString() }]),
  );
}
