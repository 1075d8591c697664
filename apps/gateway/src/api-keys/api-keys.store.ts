import type {
  AuditedChange,
  AuditFact,
  ListPage,
  PageRequest,
  UserPrincipal,
} from '@valuecanvas/contracts-core';
import {
  acrossUsers,
  asUser,
  type BeforeCommit,
  listOrder,
  recordAudit,
  selectPage,
} from '@valuecanvas/postgres';
import { type Kysely, type Selectable, sql } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import type { ApiKeysTable, Database } from '../db.ts';

/** The columns of a key that its owner may see. */
export type ApiKeyRow = Pick<Selectable<ApiKeysTable>, (typeof columns)[number]>;

/** A key to store. */
export interface ApiKeyToStore {
  readonly name: string;
  readonly prefix: string;
  readonly hash: Buffer;
  readonly scopes: readonly string[];
  readonly expiresAt: Date | null;
}

/** The owner of a changed key, the time of the change, and its audit record, which names the author. */
export interface ChangeBy {
  readonly owner: UserPrincipal;
  readonly at: Date;
  readonly factOf: (change: AuditedChange) => AuditFact;
}

/** A key that was found by its hash, with the metadata of its user. */
export interface FoundApiKey {
  readonly id: string;
  readonly user_id: string;
  readonly scopes: readonly string[];
  readonly expires_at: Date | null;
  readonly last_used_at: Date | null;
  readonly raw_app_meta_data: unknown;
  readonly banned_until: Date | null;
}

/** API keys. The table holds only hashes of the secrets. Each creation and revocation commits with its audit record. */
export interface ApiKeysStore {
  /** The keys of a user that are not revoked, newest first. */
  list(owner: UserPrincipal, page: PageRequest): Promise<ListPage<ApiKeyRow>>;
  /**
   * Inserts a key, runs `beforeCommit` in the same transaction and returns its result. Inserts nothing if the user has
   * `maxActive` keys, concurrent inserts included, or no longer exists.
   */
  insert<T>(
    key: ApiKeyToStore,
    by: ChangeBy,
    maxActive: number,
    beforeCommit: BeforeCommit<ApiKeyRow, T>,
  ): Promise<T | 'too_many' | 'no_account'>;
  /** Returns false if the user has no such key or has revoked it. */
  revoke(id: string, by: ChangeBy): Promise<boolean>;
  /** Returns undefined for a key that is unknown or revoked, or whose user no longer exists. */
  find(hash: Buffer): Promise<FoundApiKey | undefined>;
  /** Records the use of a key, unless a use after `unlessAfter` is recorded already. */
  noteUse(
    id: string,
    owner: UserPrincipal,
    use: { readonly at: Date; readonly unlessAfter: Date },
  ): Promise<void>;
}

const columns = ['id', 'name', 'prefix', 'scopes', 'expires_at', 'last_used_at', 'created_at'] as const;

/** Ids are UUIDv7, so their order is that of creation. */
const newestFirst = listOrder('desc', { id: 'uuid' });

export function createApiKeysStore(db: Kysely<Database>): ApiKeysStore {
  return {
    list: (owner, page) =>
      asUser(db, owner, (tx) => {
        const current = tx.selectFrom('vc_private.api_keys').select(columns).where('revoked_at', 'is', null);
        return selectPage(current, newestFirst, page);
      }),
    insert: (key, by, maxActive, beforeCommit) =>
      asUser(db, by.owner, async (tx) => {
        if ((await countActive(tx, by)) >= maxActive) return 'too_many' as const;
        const row = await tx
          .insertInto('vc_private.api_keys')
          .values(valuesOf(key, by))
          .returning(columns)
          .executeTakeFirstOrThrow();
        await recordAudit(tx, by.factOf({ target: targetOf(row.id), after: auditedFields(row) }));
        return beforeCommit(tx, row);
      }).catch(asMissingAccount),
    revoke: (id, by) =>
      asUser(db, by.owner, async (tx) => {
        const row = await tx
          .updateTable('vc_private.api_keys')
          .set({ revoked_at: by.at })
          .where('id', '=', id)
          .where('revoked_at', 'is', null)
          .returning(columns)
          .executeTakeFirst();
        if (!row) return false;
        await recordAudit(tx, by.factOf({ target: targetOf(id), before: auditedFields(row) }));
        return true;
      }),
    find: (hash) =>
      acrossUsers(db, async (tx) => {
        const { rows } = await sql<FoundApiKey>`select * from vc_private.find_api_key(${hash})`.execute(tx);
        return rows[0];
      }),
    noteUse: (id, owner, { at, unlessAfter }) =>
      asUser(db, owner, async (tx) => {
        await tx
          .updateTable('vc_private.api_keys')
          .set({ last_used_at: at })
          .where('id', '=', id)
          .where(({ eb, or }) => or([eb('last_used_at', 'is', null), eb('last_used_at', '<=', unlessAfter)]))
          .execute();
      }),
  };
}

/** Counts active keys under a lock per user, so that the second of two concurrent inserts counts the first. */
async function countActive(tx: Kysely<Database>, { owner, at }: ChangeBy): Promise<number> {
  const lock = `vc_private.api_keys of ${owner.userId}`;
  await sql`select pg_advisory_xact_lock(hashtextextended(${lock}, 0))`.execute(tx);
  const { count } = await tx
    .selectFrom('vc_private.api_keys')
    .select(({ fn }) => fn.countAll<bigint>().as('count'))
    .where('revoked_at', 'is', null)
    .where(({ eb, or }) => or([eb('expires_at', 'is', null), eb('expires_at', '>', at)]))
    .executeTakeFirstOrThrow();
  return Number(count);
}

function valuesOf(key: ApiKeyToStore, { owner, at }: ChangeBy) {
  return {
    id: uuidv7(),
    user_id: owner.userId,
    name: key.name,
    prefix: key.prefix,
    key_hash: key.hash,
    scopes: [...key.scopes],
    created_at: at,
    expires_at: key.expiresAt,
  };
}

function targetOf(id: string): AuditedChange['target'] {
  return { kind: 'api_key', id };
}

/** The fields of a key that the audit log keeps. */
function auditedFields({ name, prefix, scopes, expires_at }: ApiKeyRow): object {
  return { name, prefix, scopes, expiresAt: expires_at };
}

const foreignKeyViolation = '23503';

/** Maps a missing account to a result, because an access token can outlive its account. */
function asMissingAccount(error: unknown): 'no_account' {
  if ((error as { code?: unknown }).code === foreignKeyViolation) return 'no_account';
  throw error;
}
