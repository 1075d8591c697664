import {
  AppError,
  type AuditedCall,
  type AuditFacts,
  elevatedPermissions,
  type ListPage,
  mapPage,
  type PageRequest,
  type Permission,
  type UserPrincipal,
} from '@valuecanvas/contracts-core';
import {
  type ApiKey,
  type CreateApiKeyRequest,
  type CreatedApiKey,
  elevatedKeyMaxDays,
} from '@valuecanvas/contracts-gateway';
import type { BeforeCommit } from '@valuecanvas/postgres';
import { generateApiKey } from './api-key-format.ts';
import type { ApiKeyVerifier } from './api-key-verifier.ts';
import type { ApiKeyRow, ApiKeysStore, ChangeBy } from './api-keys.store.ts';

const dayMs = 24 * 60 * 60 * 1_000;

/** Largest number of keys of one user that are neither revoked nor expired. */
const maxActive = 100;

/** Lists, creates and revokes API keys. */
export interface ApiKeys {
  list(owner: UserPrincipal, page: PageRequest): Promise<ListPage<ApiKey>>;
  /**
   * Runs `beforeCommit` in the transaction that stores the key and returns its result. Throws FORBIDDEN if the user does
   * not hold a requested permission.
   */
  create<T extends object>(
    call: AuditedCall,
    request: CreateApiKeyRequest,
    beforeCommit: BeforeCommit<CreatedApiKey, T>,
  ): Promise<T>;
  /**
   * Revokes a key of the caller, or of `owner`. Once resolved, this process refuses the key. The other replicas refuse it
   * within 30 s.
   */
  revoke(call: AuditedCall, id: string, owner?: UserPrincipal): Promise<void>;
}

export function createApiKeys(options: {
  readonly store: ApiKeysStore;
  readonly verifier: Pick<ApiKeyVerifier, 'forget'>;
  readonly factOf: AuditFacts;
  readonly now: () => number;
}): ApiKeys {
  const { store, verifier, factOf, now } = options;
  const by = (call: AuditedCall, owner = call.principal): ChangeBy => ({
    owner,
    at: new Date(now()),
    factOf: (change) => factOf(call, change),
  });

  return {
    list: async (owner, page) => mapPage(await store.list(owner, page), toApiKey),
    async create(call, { name, scopes, expiresAt }, beforeCommit) {
      assertHeld(call.principal, scopes);
      const expiry = expiresAt === undefined ? null : futureTime(expiresAt, now());
      if (elevatedPermissions(scopes).length > 0) assertExpiresSoon(expiry, now());
      const { key, prefix, hash } = generateApiKey();
      const toStore = { name, prefix, hash, scopes, expiresAt: expiry };
      const created = await store.insert(toStore, by(call), maxActive, (tx, row) =>
        beforeCommit(tx, { ...toApiKey(row), key }),
      );
      if (created === 'too_many') throw tooManyKeys();
      if (created === 'no_account') throw accountGone();
      return created;
    },
    async revoke(call, id, owner) {
      try {
        if (!(await store.revoke(id, by(call, owner)))) throw new AppError('NOT_FOUND');
      } finally {
        // Also after an error: the key may be revoked even if PostgreSQL's response was lost.
        verifier.forget(id);
      }
    },
  };
}

function assertHeld({ permissions, role }: UserPrincipal, scopes: readonly Permission[]): void {
  const missing = scopes.filter((scope) => !permissions.includes(scope));
  if (missing.length === 0) return;
  throw new AppError('FORBIDDEN', {
    message: `An API key cannot hold more than its user: the role ${role} does not hold ${missing.join(', ')}.`,
  });
}

function futureTime(text: string, now: number): Date {
  const time = new Date(text);
  if (time.getTime() > now) return time;
  throw invalidExpiry('must be a time in the future');
}

function assertExpiresSoon(expiry: Date | null, now: number): void {
  if (expiry && expiry.getTime() <= now + elevatedKeyMaxDays * dayMs) return;
  throw invalidExpiry(
    `must be at most ${elevatedKeyMaxDays} days away for a key with permissions beyond the role user`,
  );
}

function invalidExpiry(message: string): AppError {
  return new AppError('VALIDATION_FAILED', { details: [{ path: 'expiresAt', message }] });
}

function tooManyKeys(): AppError {
  return new AppError('UNPROCESSABLE', {
    message: `You have ${maxActive} active API keys, which is the limit. Revoke one first.`,
  });
}

function accountGone(): AppError {
  return new AppError('NOT_FOUND', { message: 'The account of this token no longer exists.' });
}

function toApiKey(row: ApiKeyRow): ApiKey {
  return {
    id: row.id,
    name: row.name,
    prefix: row.prefix,
    scopes: row.scopes as Permission[],
    ...(row.expires_at ? { expiresAt: row.expires_at.toISOString() } : {}),
    ...(row.last_used_at ? { lastUsedAt: row.last_used_at.toISOString() } : {}),
    createdAt: row.created_at.toISOString(),
  };
}
