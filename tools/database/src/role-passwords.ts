import { type Client, DatabaseError, escapeIdentifier, escapeLiteral } from 'pg';
import { scramVerifier } from './scram-verifier.ts';
import type { RolePasswords } from './service-roles.ts';

/** Number of attempts. Each collision means that another run succeeded, so that concurrent runs all finish. */
const ATTEMPTS = 20;

/** Sets each role's password. Open sessions are not affected. */
export async function setRolePasswords(client: Client, passwords: RolePasswords): Promise<void> {
  for (const [role, password] of Object.entries(passwords)) {
    const verifier = await scramVerifier(password);
    await alterRole(client, `alter role ${escapeIdentifier(role)} password ${escapeLiteral(verifier)}`);
  }
}

/**
 * Roles belong to the cluster, advisory locks to one database: migrations of two databases may change the same role
 * concurrently. PostgreSQL fails the later one when the earlier has committed.
 */
async function alterRole(client: Client, statement: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await client.query(statement);
      return;
    } catch (error) {
      if (attempt === ATTEMPTS || !isConcurrentUpdate(error)) throw error;
    }
  }
}

function isConcurrentUpdate(error: unknown): boolean {
  return error instanceof DatabaseError && error.code === 'XX000' && error.message.includes('concurrently');
}
