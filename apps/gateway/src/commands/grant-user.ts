import { parseArgs } from 'node:util';
import { type AuditedChange, type AuditFact, type Tier, tiers } from '@valuecanvas/contracts-core';
import { createDatabase } from '@valuecanvas/postgres';
import { createKeys, createRedis } from '@valuecanvas/redis';
import { v7 as uuidv7 } from 'uuid';
import { createRedisRevocations } from '../access-tokens/revocation-list.ts';
import { createPlatformUsersStore } from '../admin-users/platform-users.store.ts';
import type { Database } from '../db.ts';
import { type PlatformMetadata, type Roles, readRoles } from '../roles/roles.ts';
import { supabaseTokenSeconds } from '../supabase-auth/supabase-tokens.ts';

/** The parsed arguments of the command. */
export interface Grant {
  readonly email: string;
  readonly set: Partial<PlatformMetadata>;
}

const usage = 'npm run user:grant -- <email> [--role <role>] [--tier free|basic|pro|enterprise]';

/**
 * Sets the role and tier of the user with an e-mail address. This is how a platform gets its first admin. Returns the
 * message to print. Throws an Error with a message for the console.
 */
export async function grantUser(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): Promise<string> {
  const roles = readRoles(environment.ROLES || undefined);
  const { email, set } = readGrant(args, roles);
  const at = new Date();
  const database = createDatabase<Database>({
    url: databaseUrl(environment),
    applicationName: 'user-grant',
    poolSize: 1,
    onError: () => undefined,
  });
  try {
    const changed = await createPlatformUsersStore(database.db, roles)
      .change({ user: { email }, set, factOf: factOfCommand(at), at })
      .catch(explain);
    if (!changed) throw new Error(`There is no user ${email}. Sign up first.`);
    const { user, isDemoted } = changed;
    const isRevoked = isDemoted && (await revokeSessions(user.id, environment));
    return `${user.email} is now ${user.role} with tier ${user.tier}, ${describeEffect(isDemoted, isRevoked)}.`;
  } finally {
    await database.close();
  }
}

/** The command has no principal: it runs with the credentials of the database. */
function factOfCommand(at: Date): (change: AuditedChange) => AuditFact {
  return (change) => ({ id: uuidv7(), at: at.toISOString(), actor: {}, operation: 'user:grant', ...change });
}

function describeEffect(isDemoted: boolean, isRevoked: boolean): string {
  if (!isDemoted) return 'effective from the next login or refresh';
  return isRevoked
    ? 'logged out everywhere within 30 s'
    : 'logged out, but access tokens stay valid until they expire, because REDIS_URL is not set or Redis is unavailable';
}

/** Revokes a user's sessions in all gateways. Returns false if Redis is unavailable. */
async function revokeSessions(
  userId: string,
  { REDIS_URL: url, REDIS_KEY_PREFIX: prefix = 'vc' }: Readonly<Record<string, string | undefined>>,
): Promise<boolean> {
  if (!url) return false;
  const redis = createRedis({ url, name: 'user-grant', onError: () => undefined });
  try {
    const revocations = createRedisRevocations(redis, createKeys(prefix), supabaseTokenSeconds * 1_000);
    await revocations.write({ userId, at: Date.now(), exceptSession: undefined });
    return true;
  } catch {
    return false;
  } finally {
    redis.disconnect();
  }
}

/** Parses the arguments. Throws an Error with the usage of the command. */
export function readGrant(args: readonly string[], roles: Roles): Grant {
  const { positionals, values } = parse(args);
  const [email, ...more] = positionals;
  if (!email || more.length > 0) throw new Error(`Specify one user by e-mail address. Usage: ${usage}`);
  if (values.role === undefined && values.tier === undefined) {
    throw new Error(`Specify a role or a tier. Usage: ${usage}`);
  }
  return {
    email,
    set: {
      ...(values.role === undefined ? {} : { role: oneOf('role', roles.names, values.role) }),
      ...(values.tier === undefined ? {} : { tier: oneOf<Tier>('tier', tiers, values.tier) }),
    },
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { role: { type: 'string' }, tier: { type: 'string' } },
    });
  } catch (cause) {
    throw new Error(`Invalid arguments. Usage: ${usage}`, { cause });
  }
}

function oneOf<T extends string>(what: string, known: readonly T[], given: string): T {
  const found = known.find((value) => value === given);
  if (!found) throw new Error(`Unknown ${what} "${given}". Use one of ${known.join(', ')}.`);
  return found;
}

function databaseUrl(environment: Readonly<Record<string, string | undefined>>): string {
  const url = environment.MIGRATION_DATABASE_URL || environment.DATABASE_URL;
  if (!url || !URL.canParse(url)) {
    throw new Error('Set MIGRATION_DATABASE_URL (or DATABASE_URL) to the URL of the database.');
  }
  return url;
}

function explain(cause: unknown): never {
  const { cause: inner = cause } = cause as { cause?: unknown };
  const reason = inner instanceof Error ? inner.message || String((inner as { code?: unknown }).code) : inner;
  throw new Error(`The change failed in the database: ${reason}`, { cause });
}
