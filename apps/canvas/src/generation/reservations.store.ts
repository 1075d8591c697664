import { randomBytes } from 'node:crypto';
import type { Canvas } from '@valuecanvas/contracts-canvas';
import { rolePermissions, type UserPrincipal } from '@valuecanvas/contracts-core';
import { acrossUsers, asUser, type BeforeCommit } from '@valuecanvas/postgres';
import { type Kysely, sql } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import { insertCanvas, type NewCanvas, selectCanvas } from '../canvases/canvas.store.ts';
import type { Database } from '../db.ts';
import { generatedCanvas, type UnstoredCanvas } from './unstored-canvas.ts';

/** Size of a canvas with its revision and its stored answer. Random bytes cannot be compressed. */
const fillerBytes = 16 * 1024;

/** Longer than an idempotency key and a router's stored answer are valid. */
const keptFor = sql`interval '2 days'`;

export type ReservationStore = ReturnType<typeof createReservationStore>;

/**
 * Reserves space for what a model's answer will be stored in, and passes the reservation's id to `work`. Requests with the same
 * key get the same id. Removes the reservation if `work` fails. Throws DEPENDENCY_UNAVAILABLE if PostgreSQL cannot store anything.
 */
export type Reserve = <T>(
  owner: UserPrincipal,
  requestKey: string | undefined,
  work: (id: string) => Promise<T>,
) => Promise<T>;

/** `onLeft` receives the error if a reservation could not be removed. It expires by itself. */
export function createReserve(
  store: Pick<ReservationStore, 'insert' | 'release'>,
  onLeft: (error: unknown) => void,
): Reserve {
  return async (owner, requestKey, work) => {
    const id = await store.insert(owner, requestKey);
    try {
      return await work(id);
    } catch (error) {
      await store.release(owner, id).catch(onLeft);
      throw error;
    }
  };
}

/**
 * Reservations of canvases that are being generated or checked. A reservation is removed in the transaction that stores the
 * canvas, under the reservation's id, or the findings of the check.
 */
export function createReservationStore(db: Kysely<Database>) {
  return {
    /** Writes a reservation of the size of a canvas and returns its id. */
    insert(owner: UserPrincipal, requestKey: string | undefined): Promise<string> {
      return asUser(db, owner, async (tx) => {
        const { canvas_id } = await tx
          .insertInto('vc_private.canvas_reservations')
          .values({
            canvas_id: uuidv7(),
            user_id: owner.userId,
            request_key: requestKey ?? null,
            filler: randomBytes(fillerBytes),
          })
          .onConflict((conflict) =>
            conflict.columns(['user_id', 'request_key']).doUpdateSet({ reserved_at: sql`now()` }),
          )
          .returning('canvas_id')
          .executeTakeFirstOrThrow();
        return canvas_id;
      });
    },

    /** Removes a reservation without an outcome. */
    async release(owner: UserPrincipal, canvasId: string): Promise<void> {
      await asUser(db, owner, (tx) => takeReservation(tx, canvasId));
    },

    /** Stores a reserved canvas, unless that has been done already, and passes it to `beforeCommit`. */
    store<T>(
      owner: UserPrincipal,
      canvasId: string,
      revision: NewCanvas,
      beforeCommit: BeforeCommit<Canvas, T>,
    ): Promise<T> {
      return asUser(db, owner, async (tx) => {
        const reservation = await takeReservation(tx, canvasId);
        const isOpen = reservation !== undefined && reservation.stored_at === null;
        const stored = isOpen ? undefined : await selectCanvas(tx, canvasId);
        return beforeCommit(tx, stored ?? (await insertCanvas(tx, owner.userId, canvasId, revision)));
      });
    },

    /** Stores canvases whose requests have ended. Their reservations remain for repetitions of these requests. */
    async storeLater(canvases: readonly UnstoredCanvas[]): Promise<void> {
      for (const canvas of canvases) {
        const { id, userId } = canvas;
        await asUser(db, ownerOf(canvas), async (tx) => {
          const { numUpdatedRows } = await tx
            .updateTable('vc_private.canvas_reservations')
            .set({ stored_at: sql`now()` })
            .where('canvas_id', '=', id)
            .where('stored_at', 'is', null)
            .executeTakeFirst();
          if (numUpdatedRows > 0n) await insertCanvas(tx, userId, id, generatedCanvas(canvas));
        });
      }
    },

    /** Deletes reservations that crashes and outages have left behind. */
    async purge(): Promise<void> {
      await acrossUsers(db, (tx) =>
        tx
          .deleteFrom('vc_private.canvas_reservations')
          .where('reserved_at', '<', sql<Date>`now() - ${keptFor}`)
          .execute(),
      );
    },
  };
}

/** Removes a reservation in the transaction that stores its outcome. */
export function takeReservation(tx: Kysely<Database>, canvasId: string) {
  return tx
    .deleteFrom('vc_private.canvas_reservations')
    .where('canvas_id', '=', canvasId)
    .returning('stored_at')
    .executeTakeFirst();
}

/** Only the user's id matters to row level security. */
export function ownerOf({ userId }: { readonly userId: string }): UserPrincipal {
  return { kind: 'user', userId, tier: 'free', role: 'user', permissions: rolePermissions.user };
}
