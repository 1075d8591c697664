import { createHash } from 'node:crypto';
import type {
  ClaimOutcome,
  IdempotencyClaim,
  KeyedRequest,
  UserPrincipal,
} from '@valuecanvas/contracts-core';
import { asUser, createDatabase, type Transaction } from '@valuecanvas/postgres';
import { createTestDatabase, eventually, startSeverableLink, type TestDatabase } from '@valuecanvas/testing';
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import { type AnswerSealing, createIdempotencyStore } from './idempotency-store.ts';

let testDatabase: TestDatabase;
let user: UserPrincipal;

beforeAll(async () => {
  testDatabase = await createTestDatabase();
});

beforeEach(async () => {
  user = await testDatabase.createUser();
});

afterAll(() => testDatabase.drop());

/** Creates the store of one replica, with its own connections. */
function replica(options: { readonly url?: string; readonly sealing?: AnswerSealing } = {}) {
  const database = createDatabase<Record<string, never>>({
    url: options.url ?? testDatabase.urlFor('canvas'),
    applicationName: 'test',
    poolSize: 4,
    onError: () => undefined,
  });
  const errors: unknown[] = [];
  const store = createIdempotencyStore({
    db: database.db,
    sealing: options.sealing,
    onError: (error) => errors.push(error),
  });
  onTestFinished(async () => {
    await store.stop();
    await database.close();
  });
  return { ...store, db: database.db, errors };
}

const request = (change: Partial<KeyedRequest> & { readonly body?: string } = {}): KeyedRequest => {
  const { body = 'a body', ...rest } = change;
  const requestHash = createHash('sha256').update(body).digest();
  return { principal: user, operation: 'canvas.generate', key: 'order-1', requestHash, ...rest };
};

function claimed(outcome: ClaimOutcome<Transaction>): IdempotencyClaim<Transaction> {
  if (outcome.kind !== 'claimed') throw new Error(`The request was not claimed: ${outcome.kind}.`);
  onTestFinished(() => outcome.claim.stopRenewal());
  return outcome.claim;
}

/** Simulates a crash of the process: renewal has stopped, and the lease has expired. */
async function crash(claim: IdempotencyClaim<Transaction>): Promise<void> {
  claim.stopRenewal();
  await testDatabase.query(
    `update vc_private.idempotency_keys set leased_until = now() - interval '1 second' where user_id = $1`,
    [user.userId],
  );
}

const effect = (tx: Transaction) =>
  sql`insert into canvases (id, user_id, business_description, blocks, revision)
      values (gen_random_uuid(), ${user.userId}, 'A bakery', '{}', 1)`.execute(tx);

const effects = async (): Promise<number> => {
  const rows = await testDatabase.query('select id from canvases where user_id = $1', [user.userId]);
  return rows.length;
};

test('of twenty identical requests to two replicas, one gets the claim and the others a retry delay', async () => {
  const replicas = [replica(), replica()];
  const outcomes = await Promise.all(
    Array.from({ length: 20 }, (_, at) => replicas[at % 2]?.claim(request()) ?? Promise.reject()),
  );
  const claims = outcomes.filter(({ kind }) => kind === 'claimed');
  expect(claims).toHaveLength(1);
  for (const outcome of claims) claimed(outcome);
  const waiting = outcomes.filter((outcome) => outcome.kind === 'in_flight');
  expect(waiting).toHaveLength(19);
  for (const { retryAfterMs } of waiting) {
    expect(retryAfterMs).toBeGreaterThan(0);
    expect(retryAfterMs).toBeLessThanOrEqual(10_000);
  }
});

test('a kept answer is replayed on every replica, byte for byte', async () => {
  const [one, other] = [replica(), replica()];
  const claim = claimed(await one.claim(request()));
  await claim.keepAlone('{"value":"ünd 🙂"}');
  expect(await other.claim(request())).toEqual({ kind: 'answered', answer: '{"value":"ünd 🙂"}' });
});

test('a key belongs to one request of one user on one route', async () => {
  const store = replica();
  await claimed(await store.claim(request())).keepAlone('{}');
  expect(await store.claim(request({ body: 'another' }))).toEqual({ kind: 'mismatch' });
  claimed(await store.claim(request({ principal: await testDatabase.createUser() })));
  claimed(await store.claim(request({ operation: 'canvas.refine' })));
  claimed(await store.claim(request({ key: 'order-2' })));
});

test('another request with the key of a running one is a mismatch', async () => {
  const store = replica();
  claimed(await store.claim(request()));
  expect(await store.claim(request({ body: 'another' }))).toEqual({ kind: 'mismatch' });
});

test('services do not share keys', async () => {
  const canvas = replica();
  const jobWorker = replica({ url: testDatabase.urlFor('job-worker') });
  await claimed(await canvas.claim(request())).keepAlone('{}');
  claimed(await jobWorker.claim(request()));
});

test('the effect and its answer are committed together, or neither is', async () => {
  const store = replica();
  const claim = claimed(await store.claim(request()));
  const failing = asUser(store.db, user, async (tx) => {
    await effect(tx);
    await claim.keep(tx, '{}');
    throw new Error('crash');
  });
  await expect(failing).rejects.toThrow('crash');
  expect(await store.claim(request())).toMatchObject({ kind: 'in_flight' });
  expect(await effects()).toBe(0);
  await asUser(store.db, user, async (tx) => {
    await effect(tx);
    await claim.keep(tx, '{}');
  });
  expect(await store.claim(request())).toEqual({ kind: 'answered', answer: '{}' });
  expect(await effects()).toBe(1);
});

test('the claim of a crashed process is taken over by the same request only', async () => {
  const store = replica();
  await crash(claimed(await store.claim(request())));
  expect(await store.claim(request({ body: 'another' }))).toEqual({ kind: 'mismatch' });
  expect(claimed(await store.claim(request())).attempt).toBe(0);
});

test('a process whose claim was taken over can neither commit its effect nor release the key', async () => {
  const [slow, fast] = [replica(), replica()];
  const late = claimed(await slow.claim(request()));
  await crash(late);
  const claim = claimed(await fast.claim(request()));
  const committing = asUser(slow.db, user, async (tx) => {
    await effect(tx);
    await late.keep(tx, '"late"');
  });
  await expect(committing).rejects.toMatchObject({ code: 'IDEMPOTENCY_IN_FLIGHT' });
  await late.release({ nextAttempt: true });
  expect(await effects()).toBe(0);
  await claim.keepAlone('"in time"');
  expect(await slow.claim(request())).toEqual({ kind: 'answered', answer: '"in time"' });
});

test('a released key is free for any request, and counts the attempts whose downstream answers were unusable', async () => {
  const store = replica();
  await claimed(await store.claim(request())).release({ nextAttempt: false });
  const second = claimed(await store.claim(request({ body: 'another' })));
  expect(second.attempt).toBe(0);
  await second.release({ nextAttempt: true });
  expect(claimed(await store.claim(request())).attempt).toBe(1);
});

test('releasing a key whose answer is kept changes nothing', async () => {
  const store = replica();
  const claim = claimed(await store.claim(request()));
  await claim.keepAlone('{}');
  await claim.release({ nextAttempt: true });
  expect(await store.claim(request())).toEqual({ kind: 'answered', answer: '{}' });
});

test('the lease of a running request is renewed', async () => {
  const store = replica();
  claimed(await store.claim(request()));
  await testDatabase.query(
    `update vc_private.idempotency_keys set leased_until = now() + interval '1 second' where user_id = $1`,
    [user.userId],
  );
  await eventually(
    async () => {
      const [row] = await testDatabase.query<{ fresh: boolean }>(
        `select leased_until > now() + interval '5 seconds' as fresh from vc_private.idempotency_keys where user_id = $1`,
        [user.userId],
      );
      expect(row?.fresh).toBe(true);
    },
    { timeoutMs: 15_000 },
  );
  expect(store.errors).toEqual([]);
});

test('an answer is kept for 24 hours, and its key is new afterwards', async () => {
  const store = replica();
  await claimed(await store.claim(request())).keepAlone('{}');
  const [row] = await testDatabase.query<{ hours: number }>(
    `select extract(epoch from expires_at - now())::float8 / 3600 as hours
       from vc_private.idempotency_keys where user_id = $1`,
    [user.userId],
  );
  expect(row?.hours).toBeCloseTo(24, 1);
  await testDatabase.query(
    'update vc_private.idempotency_keys set attempt = 3, expires_at = now() where user_id = $1',
    [user.userId],
  );
  expect(claimed(await store.claim(request({ body: 'another' }))).attempt).toBe(0);
});

test('only expired rows are deleted, of every user', async () => {
  const store = replica();
  await claimed(await store.claim(request({ key: 'old' }))).keepAlone('{}');
  await testDatabase.query(
    `update vc_private.idempotency_keys set expires_at = now() - interval '1 second' where user_id = $1`,
    [user.userId],
  );
  // More rows than one statement deletes.
  await testDatabase.query(
    `insert into vc_private.idempotency_keys
       (owner, user_id, operation, key_hash, request_hash, claim_id, expires_at)
     select 'vc_canvas', $1, 'canvas.apply', sha256(n::text::bytea), sha256('x'), gen_random_uuid(), now() - interval '1 minute'
       from generate_series(1, 1500) n`,
    [user.userId],
  );
  await claimed(await store.claim(request({ key: 'new' }))).keepAlone('{}');
  await store.purge();
  const rows = await testDatabase.query(
    'select operation from vc_private.idempotency_keys where user_id = $1',
    [user.userId],
  );
  expect(rows).toHaveLength(1);
  expect(await store.claim(request({ key: 'new' }))).toMatchObject({ kind: 'answered' });
});

test('the key itself is not stored', async () => {
  const store = replica();
  claimed(await store.claim(request({ key: 'a-secret-key' })));
  const [row] = await testDatabase.query<{ text: string }>(
    'select idempotency_keys::text as text from vc_private.idempotency_keys where user_id = $1',
    [user.userId],
  );
  expect(row?.text).not.toContain('a-secret-key');
});

test('a sealed answer is stored encrypted, and one that cannot be decrypted is reported', async () => {
  const reversed = (text: string) => [...text].reverse().join('');
  const sealing: AnswerSealing = {
    seal: (_request, answer) => Buffer.from(reversed(answer)),
    open: (_request, sealed) => (sealed.length > 0 ? reversed(sealed.toString()) : undefined),
  };
  const store = replica({ sealing });
  await claimed(await store.claim(request())).keepAlone('"a secret"');
  const [row] = await testDatabase.query<{ answer: Buffer }>(
    'select answer from vc_private.idempotency_keys where user_id = $1',
    [user.userId],
  );
  expect(row?.answer.toString()).toBe('"terces a"');
  expect(await store.claim(request())).toEqual({ kind: 'answered', answer: '"a secret"' });
  await testDatabase.query(`update vc_private.idempotency_keys set answer = '' where user_id = $1`, [
    user.userId,
  ]);
  await expect(store.claim(request())).rejects.toMatchObject({ code: 'CONFLICT' });
});

test('a token of a deleted account cannot claim a key', async () => {
  const store = replica();
  await testDatabase.query('delete from auth.users where id = $1', [user.userId]);
  await expect(store.claim(request())).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
});

test('without PostgreSQL nothing is claimed', async () => {
  const link = await startSeverableLink(testDatabase.urlFor('canvas'));
  const store = replica({ url: link.url });
  await link.cut();
  await expect(store.claim(request())).rejects.toMatchObject({ code: 'DEPENDENCY_UNAVAILABLE' });
});
