import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Simulator, startSimulator } from '@valuecanvas/llm-simulator';
import { type RunningRedis, startRedis } from '@valuecanvas/local-servers';
import { createWaitingRedis, type Redis } from '@valuecanvas/redis';
import { eventually, type SeverableLink, startSeverableLink } from '@valuecanvas/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startPlatform } from './platform.ts';

/** A call that a user got an answer to and pays for. */
interface PaidCall {
  readonly requestId: string;
  /** On the clock of `performance.now()`. */
  readonly answeredAt: number;
}

/**
 * Time that a fact may spend in Redis before it is in PostgreSQL: the pause of the drain, plus a margin for a busy machine.
 * Only facts of this time are lost with Redis.
 */
const journalMs = 2_000;

/** Time between the settlement of a call and the arrival of its answer, with a margin for a busy machine. */
const deliveryMs = 1_000;

const callers = 8;
const jobCount = 12;

let folder: string;
let server: RunningRedis;
let redis: Redis;
let simulator: Simulator;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'valuecanvas-redis-loss-'));
  server = await startRedis({ directory: folder, persistent: true });
  redis = createWaitingRedis({ url: server.url, name: 'test', onError: () => undefined });
  simulator = await startSimulator();
  simulator.behave({ latencyMs: 150 });
});

afterAll(async () => {
  await simulator?.stop();
  await redis?.quit();
  await server?.stop();
  await rm(folder, { recursive: true, force: true });
});

const losses: readonly {
  readonly loss: string;
  readonly lose: (link: SeverableLink, answers: () => number) => Promise<unknown>;
}[] = [
  { loss: 'is emptied while services use it', lose: () => redis.flushall() },
  {
    loss: 'is killed and comes back empty',
    async lose(link, answers) {
      await link.cut();
      const before = answers();
      await redis.flushall();
      await redis.script('FLUSH');
      await eventually(() => expect(answers()).toBeGreaterThan(before + callers));
      await link.mend();
    },
  },
];

test.each(losses)(
  'when Redis $loss, jobs, sessions and budgets survive, and only the newest facts are lost',
  async ({ lose }) => {
    const link = await startSeverableLink(server.url);
    await using platform = await startPlatform({
      REDIS_URL: link.url,
      TOGETHER_BASE_URL: simulator.url,
      TOGETHER_API_KEY: 'sk-test',
      QUEUE_CONCURRENCY: '2',
      QUEUE_SWEEP_MS: '500',
    });
    const gateway = platform.urlOf('gateway');
    const send = (path: string, headers: Record<string, string>, body?: unknown) =>
      fetch(`${gateway}${path}`, {
        headers: { ...headers, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
      });

    const account = { email: 'ada@example.com', password: 'a-long-password' };
    const signedUp = (await (await send('/auth/v1/signup', {}, account)).json()) as { user: { id: string } };
    const userId = signedUp.user.id;
    await platform.database.query('update auth.users set raw_app_meta_data = $1 where id = $2', [
      JSON.stringify({ tier: 'enterprise', role: 'user' }),
      userId,
    ]);
    const logIn = await send('/auth/v1/token?grant_type=password', {}, account);
    const { access_token } = (await logIn.json()) as { access_token: string };
    const bearer = { authorization: `Bearer ${access_token}` };
    const session = await send('/auth/session', {}, account);
    const cookie = {
      cookie: session.headers
        .getSetCookie()
        .map((each) => each.split(';')[0])
        .join('; '),
    };
    expect((await send('/auth/session', cookie)).status).toBe(200);

    for (let index = 0; index < jobCount; index += 1) {
      const promptVariables = { businessDescription: `A bakery with the number ${index}` };
      const job = { type: 'canvas_generation', promptKey: 'canvas.generate', promptVariables };
      expect((await send('/api/queue/llm', bearer, job)).status).toBe(202);
    }

    const paid: PaidCall[] = [];
    let answered = 0;
    let stopped = false;
    const ask = async (caller: number): Promise<void> => {
      for (let call = 0; !stopped; call += 1) {
        const response = await send('/api/llm/chat', bearer, {
          prompt: `Question ${caller} ${call}`,
          maxTokens: 20,
        });
        await response.text();
        answered += 1;
        const requestId = response.headers.get('x-request-id');
        if (response.status === 200 && requestId) paid.push({ requestId, answeredAt: performance.now() });
      }
    };
    const asking = Promise.all(Array.from({ length: callers }, (_, caller) => ask(caller)));
    await eventually(() => expect(paid.length).toBeGreaterThan(5 * callers));
    const lostAt = performance.now();
    await lose(link, () => answered);
    const paidBefore = paid.length;
    await eventually(() => expect(paid.length).toBeGreaterThan(paidBefore + 10 * callers));
    stopped = true;
    await asking;

    // Every job is completed, once.
    await eventually(async () => {
      const jobs = await platform.database.query<{ status: string }>(
        'select status from vc_private.llm_jobs where user_id = $1',
        [userId],
      );
      expect(jobs.map(({ status }) => status)).toEqual(Array.from({ length: jobCount }, () => 'completed'));
    });
    const canvases = await platform.database.query('select id from public.canvases where user_id = $1', [
      userId,
    ]);
    expect(canvases).toHaveLength(jobCount);

    // Every answer is in the ledger, except for those of the last moment before the loss.
    await eventually(async () => {
      const rows = await platform.database.query<{ request_id: string }>(
        'select request_id from public.llm_usage where user_id = $1',
        [userId],
      );
      const booked = new Set(rows.map((row) => row.request_id));
      const missing = paid.filter(({ requestId }) => !booked.has(requestId));
      const unexplained = missing.filter(
        ({ answeredAt }) => answeredAt > lostAt + deliveryMs || answeredAt < lostAt - journalMs,
      );
      expect(unexplained).toEqual([]);
    });

    expect((await send('/api/llm/chat', bearer, { prompt: 'The last question', maxTokens: 20 })).status).toBe(
      200,
    );
    // The counters of the user's budgets agree with the ledger, so that no budget has grown.
    await eventually(async () => {
      const [sum] = await platform.database.query<{ nanos: string }>(
        'select sum(cost_nanos)::text as nanos from public.llm_usage where user_id = $1',
        [userId],
      );
      const counters = await redis.keys(`*:spent:u:${userId}:*`);
      expect(counters).toHaveLength(2);
      expect(await redis.mget(counters)).toEqual([sum?.nanos, sum?.nanos]);
    });

    // Sessions are in PostgreSQL, and tokens are signed.
    expect((await send('/auth/session', cookie)).status).toBe(200);
    expect((await send('/api/canvas', bearer)).status).toBe(200);
  },
);
