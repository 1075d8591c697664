import type { AuditedChange, AuditFact } from '@valuecanvas/contracts-core';
import { createDatabase } from '@valuecanvas/postgres';
import { v7 as uuidv7 } from 'uuid';
import type { Database } from '../db.ts';

/** Opens the database of a command. Throws an Error with a message for the console if the environment names none. */
export function openCommandDatabase(name: string, environment: Readonly<Record<string, string | undefined>>) {
  const url = environment.MIGRATION_DATABASE_URL || environment.DATABASE_URL;
  if (!url || !URL.canParse(url)) {
    throw new Error('Set MIGRATION_DATABASE_URL (or DATABASE_URL) to the URL of the database.');
  }
  return createDatabase<Database>({ url, applicationName: name, poolSize: 1, onError: () => undefined });
}

/** Audit facts of a command. It has no principal, because it runs with the credentials of the database. */
export function factOfCommand(operation: string, at: Date): (change: AuditedChange) => AuditFact {
  return (change) => ({ id: uuidv7(), at: at.toISOString(), actor: {}, operation, ...change });
}

/** Rethrows an error of the database with a message for the console. */
export function explainFault(cause: unknown): never {
  const { cause: inner = cause } = cause as { cause?: unknown };
  const reason = inner instanceof Error ? inner.message || String((inner as { code?: unknown }).code) : inner;
  throw new Error(`The change failed in the database: ${reason}`, { cause });
}
