import { setTimeout as wait } from 'node:timers/promises';
import { withClient } from './connection.ts';
import { DatabaseToolError } from './database-tool-error.ts';
import { newestMigration } from './migration-files.ts';

export interface AwaitSchemaOptions {
  /** URL of a service's role or of the owner. */
  readonly url: string;
  /** Milliseconds after which the wait fails. */
  readonly timeoutMs: number;
  /** Milliseconds between two looks. Default: 2,000. */
  readonly intervalMs?: number | undefined;
  /** Default: the project's supabase/migrations. */
  readonly directory?: string | undefined;
  /** Called with the reason for each further wait, once per reason. */
  readonly log?: ((line: string) => void) | undefined;
}

/**
 * Resolves with the version of the schema once it is that of the newest migration file, or newer. An unreachable server and
 * a role without a password yet are reasons to wait as well. Throws DatabaseToolError with the last reason after `timeoutMs`.
 */
export async function awaitSchema(options: AwaitSchemaOptions): Promise<string> {
  const { url, timeoutMs, intervalMs = 2_000 } = options;
  const needed = await newestMigration(options.directory);
  const endsAt = performance.now() + timeoutMs;
  let told = '';
  for (;;) {
    const { version, reason } = await look(url, needed);
    if (version !== undefined) return version;
    if (performance.now() + intervalMs > endsAt) throw new DatabaseToolError(`Gave up waiting. ${reason}`);
    if (reason !== told) options.log?.(reason);
    told = reason;
    await wait(intervalMs);
  }
}

async function look(url: string, needed: string): Promise<{ version?: string; reason: string }> {
  try {
    const version = await withClient(url, async (client) => {
      const { rows } = await client.query<{ version: string | null }>(
        'select vc_private.schema_version() as version',
      );
      return rows[0]?.version ?? '';
    });
    if (version >= needed) return { version, reason: '' };
    return { reason: `The schema has version ${version || 'none'}, and this release needs ${needed}.` };
  } catch (error) {
    if (error instanceof DatabaseToolError) return { reason: error.message };
    // The function or its schema is absent until the first migrations have run.
    return { reason: `The schema is not there yet, and this release needs ${needed}.` };
  }
}
