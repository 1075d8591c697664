import { createHash, randomUUID } from 'node:crypto';
import {
  AppError,
  type ClaimOutcome,
  type IdempotencyClaim,
  type IdempotencyStore,
  type KeyedRequest,
} from '@valuecanvas/contracts-core';
import { acrossUsers, asUser, type Transaction } from '@valuecanvas/postgres';
import { every } from '@valuecanvas/resilience';
import { type Kysely, sql } from 'kysely';

/** Lease of a claim in seconds. If its process crashes, the request counts as running until the lease expires. */
const leaseSeconds = 10;

/** Two renewals can fail before a lease ends. */
const renewEveryMs = 3_000;

const purgeEveryMs = 600_000;

/** Rows deleted by one statement, so that none holds locks for long. */
const purgeBatch = 1_000;

/** Answers with secrets are encrypted before they are stored. */
export interface AnswerSealing {
  seal(request: KeyedRequest, answer: string): Buffer;
  /** Returns undefined if the bytes cannot be decrypted, for example after the secret has changed. */
  open(request: KeyedRequest, sealed: Buffer): string | undefined;
}

export interface PostgresIdempotencyStore extends IdempotencyStore<Transaction> {
  /** Deletes expired rows. */
  purge(): Promise<void>;
  /** Stops renewing leases and purging expired rows. Call it after the last request has ended. */
  stop(): Promise<void>;
}

/**
 * Stores claims and answers in `vc_private.idempotency_keys`, in rows that only the service's database role can access.
 * `onError` receives the failures of the background loops.
 */
export function createIdempotencyStore<Tables>(options: {
  readonly db: Kysely<Tables>;
  readonly sealing?: AnswerSealing | undefined;
  readonly onError: (error: unknown) => void;
}): PostgresIdempotencyStore {
  const { db, onError } = options;
  const sealing = options.sealing ?? plainText;
  const held = new Set<string>();

  const renew = async (): Promise<void> => {
    if (held.size > 0) await acrossUsers(db, (tx) => renewLeases(tx, [...held]));
  };

  const purge = async (signal?: AbortSignal): Promise<void> => {
    let deleted = purgeBatch;
    while (deleted === purgeBatch && !signal?.aborted) {
      deleted = await acrossUsers(db, deleteExpired);
    }
  };

  const claimOf = (
    request: KeyedRequest,
    claimId: string,
    attempt: number,
  ): IdempotencyClaim<Transaction> => {
    held.add(claimId);
    const keep = async (tx: Transaction, answer: string): Promise<void> => {
      await keepAnswer(tx, claimId, sealing.seal(request, answer));
    };
    return {
      attempt,
      keep,
      keepAlone: (answer) => asUser(db, request.principal, (tx) => keep(tx, answer)),
      release: ({ nextAttempt }) =>
        asUser(db, request.principal, (tx) => releaseClaim(tx, claimId, nextAttempt)),
      stopRenewal: () => {
        held.delete(claimId);
      },
    };
  };

  const renewal = every(renewEveryMs, renew, onError);
  const purging = every(purgeEveryMs, purge, onError);

  return {
    async claim(request) {
      const claimId = randomUUID();
      const found = await asUser(db, request.principal, async (tx) => {
        const attempt = await insertClaim(tx, request, claimId);
        return attempt === undefined ? selectRow(tx, request) : { attempt };
      }).catch(refuseMissingAccount);
      if (found && 'attempt' in found) {
        return { kind: 'claimed', claim: claimOf(request, claimId, found.attempt) };
      }
      return outcomeOf(request, found, sealing);
    },
    purge: () => purge(),
    async stop() {
      await Promise.all([renewal.stop(), purging.stop()]);
    },
  };
}

const plainText: AnswerSealing = {
  seal: (_request, answer) => Buffer.from(answer),
  open: (_request, bytes) => bytes.toString(),
};

const leaseEnd = sql`now() + make_interval(secs => ${leaseSeconds})`;
const expiry = sql`now() + interval '24 hours'`;

interface Row {
  readonly requestHash: Buffer;
  readonly answer: Buffer | null;
  /** Milliseconds until the lease ends. */
  readonly leasedMs: number | null;
}

function outcomeOf(
  request: KeyedRequest,
  row: Row | undefined,
  sealing: AnswerSealing,
): ClaimOutcome<Transaction> {
  // The row may have expired and been deleted between the two statements.
  if (!row) return { kind: 'in_flight', retryAfterMs: 0 };
  if (!row.requestHash.equals(request.requestHash)) return { kind: 'mismatch' };
  if (row.answer === null) return { kind: 'in_flight', retryAfterMs: Math.max(0, row.leasedMs ?? 0) };
  const answer = sealing.open(request, row.answer);
  if (answer === undefined) throw unreadable();
  return { kind: 'answered', answer };
}

/**
 * Claims a key that is new, expired or released, or whose process has crashed. After a crash, only the same request can
 * claim the key, because its effect may already be committed. Returns the attempt, or undefined if the key is taken.
 */
async function insertClaim(
  tx: Transaction,
  request: KeyedRequest,
  claimId: string,
): Promise<number | undefined> {
  const { principal, operation, key, requestHash } = request;
  const { rows } = await sql<{ attempt: number }>`
    insert into vc_private.idempotency_keys as held
      (user_id, operation, key_hash, request_hash, claim_id, leased_until, expires_at)
    values
      (${principal.userId}, ${operation}, ${hashOf(key)}, ${requestHash}, ${claimId}, ${leaseEnd}, ${expiry})
    on conflict (owner, user_id, operation, key_hash) do update set
      request_hash = excluded.request_hash,
      claim_id = excluded.claim_id,
      leased_until = excluded.leased_until,
      expires_at = excluded.expires_at,
      attempt = case when held.expires_at <= now() then 0 else held.attempt end,
      answer = null
    where held.expires_at <= now() or (
      held.answer is null and (
        held.leased_until is null
        or (held.leased_until <= now() and held.request_hash = excluded.request_hash)
      )
    )
    returning attempt`.execute(tx);
  return rows[0]?.attempt;
}

async function selectRow(
  tx: Transaction,
  { principal, operation, key }: KeyedRequest,
): Promise<Row | undefined> {
  const { rows } = await sql<Row>`
    select request_hash as "requestHash", answer,
      (extract(epoch from leased_until - clock_timestamp()) * 1000)::float8 as "leasedMs"
    from vc_private.idempotency_keys
    where owner = current_user and user_id = ${principal.userId} and operation = ${operation}
      and key_hash = ${hashOf(key)}`.execute(tx);
  return rows[0];
}

/** Skips locked rows: another transaction is updating them, and the other leases must not wait for it. */
async function renewLeases(tx: Transaction, claimIds: readonly string[]): Promise<void> {
  await sql`
    update vc_private.idempotency_keys set leased_until = ${leaseEnd} where claim_id in (
      select claim_id from vc_private.idempotency_keys
      where claim_id = any(${claimIds}::uuid[]) and leased_until is not null
      for update skip locked
    )`.execute(tx);
}

/** Succeeds again for the same answer: after a lost connection, the process cannot know whether its commit succeeded. */
async function keepAnswer(tx: Transaction, claimId: string, answer: Buffer): Promise<void> {
  const { numAffectedRows } = await sql`
    update vc_private.idempotency_keys set answer = ${answer}, leased_until = null, expires_at = ${expiry}
    where claim_id = ${claimId} and (answer is null or answer = ${answer})`.execute(tx);
  if (numAffectedRows !== 1n) {
    throw new AppError('IDEMPOTENCY_IN_FLIGHT', {
      internal: 'the claim of the idempotency key was taken over',
      retryAfterSeconds: 1,
    });
  }
}

async function releaseClaim(tx: Transaction, claimId: string, nextAttempt: boolean): Promise<void> {
  await sql`
    update vc_private.idempotency_keys
    set leased_until = null, attempt = attempt + ${nextAttempt ? 1 : 0}
    where claim_id = ${claimId} and answer is null`.execute(tx);
}

async function deleteExpired(tx: Transaction): Promise<number> {
  const { numAffectedRows } = await sql`
    delete from vc_private.idempotency_keys where (owner, user_id, operation, key_hash) in (
      select owner, user_id, operation, key_hash from vc_private.idempotency_keys
      where expires_at < now() limit ${purgeBatch}
    )`.execute(tx);
  return Number(numAffectedRows ?? 0n);
}

function hashOf(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}

const foreignKeyViolation = '23503';

/** Rejects a token whose account was deleted, because answers can only be stored for existing accounts. */
function refuseMissingAccount(error: unknown): never {
  if ((error as { code?: unknown }).code !== foreignKeyViolation) throw error;
  throw new AppError('UNAUTHENTICATED', { message: 'The account of this token no longer exists.' });
}

function unreadable(): AppError {
  return new AppError('CONFLICT', {
    message:
      'This request was completed, but its stored answer can no longer be read. Check its effect, then use a new idempotency key.',
  });
}
