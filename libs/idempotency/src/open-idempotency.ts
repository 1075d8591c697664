import type { Kysely } from 'kysely';
import {
  type AnswerSealing,
  createIdempotencyStore,
  type PostgresIdempotencyStore,
} from './idempotency-store.ts';

/** The part of a service's kit that the store needs. */
export interface IdempotencyKit {
  readonly log: { warn(fields: object, message: string): void };
  readonly lifecycle: { onStop(phase: 'drain', name: string, stop: () => Promise<void>): void };
}

/** Opens a store in the service's own database. It stops when the service stops. */
export function openIdempotency<Tables>(
  db: Kysely<Tables>,
  { log, lifecycle }: IdempotencyKit,
  sealing?: AnswerSealing,
): PostgresIdempotencyStore {
  const store = createIdempotencyStore({
    db,
    sealing,
    onError: (err) => log.warn({ err }, 'idempotency: background task failed'),
  });
  lifecycle.onStop('drain', 'idempotency', store.stop);
  return store;
}
