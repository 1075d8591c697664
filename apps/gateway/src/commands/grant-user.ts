import { parseArgs } from 'node:util';
import { type Tier, tiers } from '@valuecanvas/contracts-core';
import { createKeys, createRedis } from '@valuecanvas/redis';
import { createRedisRevocations } from '../access-tokens/revocation-list.ts';
import { createPlatformUsersStore } from '../admin-users/platform-users.store.ts';
import { type PlatformMetadata, type Roles, readRoles } from '../roles/roles.ts';
import { supabaseTokenSeconds } from '../supabase-auth/supabase-tokens.ts';
import { explainFault, factOfCommand, openCommandDatabase } from './command-database.ts';

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
  const database = openCommandDatabase('user-grant', environment);
  try {
    const changed = await createPlatformUsersStore(database.db, roles)
      .change({ user: { email }, set, factOf: factOfCommand('user:grant', at), at })
      .catch(explainFault);
    if (!changed) throw new Error(`There is no user ${email}. Sign up first.`);
    const { user, isDemoted } = changed;
    const isRevoked = isDemoted && (await revokeSessions(user.id, environment));
    return `${user.email} is now ${user.role} with tier ${user.tier}, ${describeEffect(isDemoted, isRevoked)}.`;
  } finally {
    await database.close();
  }
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
