import type { UserPrincipal } from '@valuecanvas/contracts-core';
import { type Simulator, startSimulator } from '@valuecanvas/llm-simulator';
import type { Environment } from '@valuecanvas/service-kit';
import {
  createTestDatabase,
  createTestIdentities,
  createTestRedis,
  eventually,
  startTestService,
  type TestAnswer,
  type TestRedis,
  type TestRequest,
  type TestService,
} from '@valuecanvas/testing';
import { afterAll, beforeAll, beforeEach, expect } from 'vitest';
import { llmRouterService } from '../../src/app.ts';

/** The tested columns of a ledger row. */
export interface UsageRow {
  readonly request_id: string;
  readonly operation: string;
  readonly provider: string;
  readonly model: string;
  readonly status: string;
  readonly error_code: string | null;
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly cached_tokens: number;
  readonly cost_nanos: string;
  readonly cost_estimated: boolean;
  readonly job_id: string | null;
  readonly prompt_version_id: string | null;
  readonly tier: string;
}

/** A closed port. */
export const refusedUrl = 'http://127.0.0.1:1/v1';

export const llama = 'meta-llama/Llama-3-70b-chat-hf';

async function startParts() {
  const [database, identities, together, openai] = await Promise.all([
    createTestDatabase(),
    createTestIdentities(),
    startSimulator(),
    startSimulator(),
  ]);
  return { database, identities, together, openai, redis: createTestRedis() };
}

/** Servers and two simulated providers for a test file, which can start any number of routers. */
export function usePlatform() {
  let parts: Awaited<ReturnType<typeof startParts>>;
  let user: UserPrincipal;
  const running = new Set<TestService>();
  const ownRedises: TestRedis[] = [];

  beforeAll(async () => {
    parts = await startParts();
  });
  beforeEach(async () => {
    parts.together.reset();
    parts.openai.reset();
    user = await parts.database.createUser({ tier: 'pro' });
  });
  afterAll(async () => {
    await Promise.all([...running].map((service) => service.stop()));
    await Promise.all([parts.together, parts.openai, parts.redis, ...ownRedises].map((part) => part.stop()));
    await parts.database.drop();
  });

  const ownRedis = (): TestRedis => {
    const redis = createTestRedis();
    ownRedises.push(redis);
    return redis;
  };

  const environment = (settings: Environment): Environment => ({
    DATABASE_URL: parts.database.urlFor('llm-router'),
    REDIS_URL: parts.redis.url,
    REDIS_KEY_PREFIX: ownRedis().prefix,
    TOGETHER_API_KEY: 'together-key',
    TOGETHER_BASE_URL: parts.together.url,
    OPENAI_API_KEY: 'openai-key',
    OPENAI_BASE_URL: parts.openai.url,
    // No retries, unless a test is about them.
    LLM_RETRIES: '0',
    LLM_CACHE_ENABLED: 'false',
    SHUTDOWN_DRAIN_MS: '0',
    SHUTDOWN_GRACE_MS: '2000',
    ...settings,
  });

  return {
    get user(): UserPrincipal {
      return user;
    },
    get together(): Simulator {
      return parts.together;
    },
    get openai(): Simulator {
      return parts.openai;
    },
    get database() {
      return parts.database;
    },
    get redis() {
      return parts.redis;
    },
    get identities() {
      return parts.identities;
    },

    /**
     * Starts a router with its own key space, unless `settings` name one, so that other tests do not affect its breakers and
     * budgets. Stops with the file at the latest.
     */
    async start(settings: Environment = {}): Promise<TestService> {
      const service = await startTestService(llmRouterService, environment(settings), parts.identities);
      const stop = async (): Promise<void> => {
        running.delete(stoppable);
        await service.stop();
      };
      const stoppable = { ...service, stop };
      running.add(stoppable);
      return stoppable;
    },

    /** A key space whose journal is drained only by routers started with its prefix. */
    ownRedis,

    /** The environment of a router that runs as a separate process. */
    processEnvironment: (settings: Environment): Environment => ({
      INTERNAL_PUBLIC_KEYS: parts.identities.publicKeys,
      INTERNAL_SIGNING_KEY: parts.identities.signingKey('llm-router'),
      ...environment(settings),
    }),

    chat: (service: TestService, body: object = { prompt: 'Why?' }, request: TestRequest = {}) =>
      service.request('/api/llm/chat', { method: 'POST', as: user, body, ...request }),

    stats: async (service: TestService) =>
      (await service.request('/api/llm/stats', { as: user })).body.data.providers,

    /** Waits for the given number of rows of the current user, and returns them, oldest first. */
    booked: (count: number): Promise<UsageRow[]> =>
      eventually(async () => {
        const rows = await parts.database.query<UsageRow>(
          'select * from llm_usage where user_id = $1 order by id',
          [user.userId],
        );
        expect(rows).toHaveLength(count);
        return rows;
      }),
  };
}

export type Platform = ReturnType<typeof usePlatform>;

export function expectError(answer: TestAnswer, status: number, code: string): void {
  expect(answer).toMatchObject({ status, body: { success: false, code } });
}
