import type { Notification } from '@valuecanvas/contracts-core';
import { recordNotification } from '@valuecanvas/postgres';
import type { Kysely } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import type { Database } from '../db.ts';

/** Change of the registry, of which receivers outside the platform learn. */
export interface PromptEvent extends Pick<Notification, 'kind' | 'title' | 'message' | 'details'> {
  readonly at: Date;
}

/** Records an event in the transaction of its change. The job worker delivers it, signed and with retries. */
export async function recordPromptEvent(
  transaction: Kysely<Database>,
  { at, ...event }: PromptEvent,
): Promise<void> {
  const id = uuidv7();
  const occurredAt = at.toISOString();
  await recordNotification(transaction, {
    id,
    key: `${event.kind}:${id}`,
    severity: 'info',
    occurredAt,
    ...event,
  });
}
