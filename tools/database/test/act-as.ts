import type { Client, QueryResult } from 'pg';

export interface Actor {
  role: string;
  /** User whose claims the transaction carries; none if absent. */
  user?: string;
  tier?: string;
  acrossUsers?: boolean;
  permissions?: readonly string[];
}

/** Runs one statement as a service does: with its role, and claims and settings in the transaction. Rolls back. */
export async function actAs(
  owner: Client,
  { role, user, tier, acrossUsers, permissions }: Actor,
  statement: string,
  values: readonly unknown[] = [],
): Promise<QueryResult> {
  const claims =
    user &&
    JSON.stringify({ sub: user, role: 'authenticated', app_metadata: { role: 'user', tier }, permissions });
  await owner.query('begin');
  try {
    await owner.query(`select set_config('role', $1, true)`, [role]);
    await owner.query(`select set_config('request.jwt.claims', $1, true)`, [claims ?? '']);
    await owner.query(`select set_config('vc.across_users', $1, true)`, [acrossUsers ? 'on' : '']);
    return await owner.query(statement, [...values]);
  } finally {
    await owner.query('rollback');
  }
}
