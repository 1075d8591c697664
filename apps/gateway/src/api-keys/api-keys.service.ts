import { AppError, type Page, type Scope, type UserPrincipal } from '@valuecanvas/contracts-core';
import type { ApiKey, CreateApiKeyRequest, CreatedApiKey } from '@valuecanvas/contracts-gateway';
import { generateApiKey } from './api-key-format.ts';
import type { ApiKeyVerifier } from './api-key-verifier.ts';
import type { ApiKeyRow, ApiKeysStore } from './api-keys.store.ts';

const defaultLimit = 20;

/** Keys of one user that are neither revoked nor expired: many more than anybody can look after. */
const maxActive = 100;

/** Who asks, and in which request. */
interface Asking {
  readonly principal: UserPrincipal;
  readonly requestId: string;
}

/** What users do with their API keys. */
export interface ApiKeys {
  list(call: Asking, query: { readonly cursor?: string; readonly limit?: number }): Promise<Page<ApiKey>>;
  create(call: Asking, request: CreateApiKeyRequest): Promise<CreatedApiKey>;
  /** From when it resolves, this process refuses the key; the others do so within half a minute. */
  revoke(call: Asking, id: string): Promise<void>;
}

export function createApiKeys(options: {
  readonly store: ApiKeysStore;
  readonly verifier: Pick<ApiKeyVerifier, 'forget'>;
  readonly now: () => number;
}): ApiKeys {
  const { store, verifier, now } = options;
  const by = ({ principal, requestId }: Asking) => ({ owner: principal, requestId, at: new Date(now()) });

  return {
    async list({ principal }, { cursor, limit = defaultLimit }) {
      const found = await store.list(principal, { after: cursor, limit: limit + 1 });
      const items = found.slice(0, limit).map(toApiKey);
      return { items, limit, nextCursor: found.length > limit ? (items.at(-1)?.id ?? null) : null };
    },
    async create(call, { name, scopes, expiresAt }) {
      const expiry = expiresAt === undefined ? null : futureTime(expiresAt, now());
      const { key, prefix, hash } = generateApiKey();
      const made = await store.insert({ name, prefix, hash, scopes, expiresAt: expiry }, by(call), maxActive);
      if (made === 'too_many') throw tooManyKeys();
      if (made === 'no_account') throw accountGone();
      return { ...toApiKey(made), key };
    },
    async revoke(call, id) {
      try {
        if (!(await store.revoke(id, by(call)))) throw new AppError('NOT_FOUND');
      } finally {
        // Also where the answer was lost: the key may be revoked.
        verifier.forget(id);
      }
    },
  };
}

function futureTime(text: string, now: number): Date {
  const time = new Date(text);
  if (time.getTime() > now) return time;
  const message = 'must be a time in the future';
  throw new AppError('VALIDATION_FAILED', { details: [{ path: 'expiresAt', message }] });
}

function tooManyKeys(): AppError {
  return new AppError('UNPROCESSABLE', {
    message: `You have ${maxActive} active API keys, the most that one user may have: revoke one first.`,
  });
}

function accountGone(): AppError {
  return new AppError('NOT_FOUND', { message: 'The account of this token is gone.' });
}

function toApiKey(row: ApiKeyRow): ApiKey {
  return {
    id: row.id,
    name: row.name,
    prefix: row.prefix,
    scopes: row.scopes as Scope[],
    ...(row.expires_at ? { expiresAt: row.expires_at.toISOString() } : {}),
    ...(row.last_used_at ? { lastUsedAt: row.last_used_at.toISOString() } : {}),
    createdAt: row.created_at.toISOString(),
  };
}
