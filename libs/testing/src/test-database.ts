import { randomBytes, randomUUID } from 'node:crypto';
import type { ServiceName, UserPrincipal } from '@valuecanvas/contracts-core';
import { cloneDatabase, dropDatabase, serviceRoles } from '@valuecanvas/database';
import { Pool } from 'pg';
import { inject } from 'vitest';
import { userPrincipal } from './callers.ts';
import './provided.ts';

export interface TestDatabase {
  /** Connection as the owner, which bypasses row-level security. */
  readonly ownerUrl: string;
  /** Opens a connection as the role of a service, with its grants and policies only. */
  urlFor(service: ServiceName): string;
  /** Creates a user and returns it as a principal. */
  createUser(
    settings?: Partial<Pick<UserPrincipal, 'tier' | 'role'>> & { readonly email?: string },
  ): Promise<UserPrincipal>;
  /** Runs SQL as the owner. */
  query<T extends object>(text: string, parameters?: readonly unknown[]): Promise<T[]>;
  drop(): Promise<void>;
}

/** Creates a migrated database for a test file. Call `drop` at the end of the file. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const url = inject('postgresUrl');
  const name = `vc_test_${randomBytes(6).toString('hex')}`;
  const ownerUrl = await cloneDatabase({ url, template: inject('postgresTemplate'), name });
  const pool = new Pool({ connectionString: ownerUrl, max: 2 });
  // Dropping the database ends the remaining sessions, which must not fail the test.
  pool.on('error', () => undefined);
  return {
    ownerUrl,
    urlFor: (service) => asRole(ownerUrl, serviceRoles[service]),
    async createUser({ email, ...settings } = {}) {
      const principal = userPrincipal({ userId: randomUUID(), ...settings });
      await pool.query(
        `insert into auth.users (id, aud, role, email, raw_app_meta_data, created_at, updated_at)
         values ($1, 'authenticated', 'authenticated', $2, $3, now(), now())`,
        [
          principal.userId,
          email ?? `${principal.userId}@example.com`,
          JSON.stringify({ tier: principal.tier, role: principal.role }),
        ],
      );
      return principal;
    },
    async query<T extends object>(text: string, parameters: readonly unknown[] = []) {
      const { rows } = await pool.query<T>(text, [...parameters]);
      return rows;
    },
    async drop() {
      await pool.end();
      await dropDatabase({ url, name });
    },
  };
}

/** Sets the role at the start of the session, so tests need no role passwords on a shared server. */
function asRole(ownerUrl: string, role: string): string {
  const url = new URL(ownerUrl);
  url.searchParams.set('options', `-c role=${role}`);
  return url.href;
}
