import type { UserPrincipal } from '@valuecanvas/contracts-core';
import type { JobStatus } from '@valuecanvas/contracts-job-worker';
import { createDatabase } from '@valuecanvas/postgres';
import type { Environment } from '@valuecanvas/service-kit';
import {
  createTestBackends,
  eventually,
  startTestService,
  type TestAnswer,
  type TestService,
} from '@valuecanvas/testing';
import type { Kysely } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, beforeEach, expect, onTestFinished } from 'vitest';
import { jobWorkerService } from '../../src/app.ts';
import type { Database } from '../../src/db.ts';
import { type Performers, startPerformers } from './performers.ts';

export interface JobRecord {
  readonly status: JobStatus;
  readonly attempts: number;
  readonly lost_attempts: number;
  readonly fence: string;
  readonly error_code: string | null;
  readonly enqueued_at: Date | null;
}

export const generation = {
  type: 'canvas_generation',
  promptVariables: { businessDescription: 'A bakery in Lisbon' },
} as const;

export const question = { type: 'custom_prompt', prompt: 'Why?' } as const;

type Parts = Awaited<ReturnType<typeof startParts>>;

async function startParts() {
  const backends = await createTestBackends();
  return { backends, performers: await startPerformers(backends.identities) };
}

/** Database, Redis and stubs of the other services for a test file. Its tests start job workers. */
export function usePlatform() {
  let parts: Parts;
  let user: UserPrincipal;

  beforeAll(async () => {
    parts = await startParts();
  });
  beforeEach(async () => {
    parts.performers.reset();
    await Promise.all([
      parts.backends.database.query('delete from vc_private.llm_jobs'),
      parts.backends.redis.clear(),
    ]);
    user = await parts.backends.database.createUser({ tier: 'pro' });
  });
  afterAll(async () => {
    await parts.performers.stop();
    await parts.backends.stop();
  });

  const environment = (settings: Environment = {}): Environment => ({
    ...parts.backends.environmentOf('job-worker'),
    QUEUE_SWEEP_MS: '100',
    QUEUE_LOCK_MS: '1000',
    // 500 ms for running jobs, the rest for returning them to the queue.
    SHUTDOWN_GRACE_MS: '8500',
    QUEUE_RATE_LIMIT: '10000',
    ...parts.performers.environment,
    ...settings,
  });

  const platform = {
    get user() {
      return user;
    },
    get performers(): Performers {
      return parts.performers;
    },
    get backends() {
      return parts.backends;
    },
    get database() {
      return parts.backends.database;
    },
    get redis() {
      return parts.backends.redis;
    },
    environment,

    /** The environment of a job worker in a separate process. */
    processEnvironment: (settings: Environment = {}): Environment =>
      environment({ ...parts.backends.processEnvironmentOf('job-worker'), ...settings }),

    /** Connects to the database as the job worker's role. Closes with the test. */
    connect(): Kysely<Database> {
      const { db, close } = createDatabase<Database>({
        url: parts.backends.database.urlFor('job-worker'),
        applicationName: 'test',
        poolSize: 4,
        onError: () => undefined,
      });
      onTestFinished(close);
      return db;
    },

    /** Starts a job worker that stops with the test. */
    async start(settings: Environment = {}): Promise<TestService> {
      const service = await startTestService(
        jobWorkerService,
        environment(settings),
        parts.backends.identities,
      );
      onTestFinished(() => service.stop());
      return service;
    },

    async submit(service: TestService, body: object = generation): Promise<string> {
      const answer = await service.request('/api/queue/llm', { method: 'POST', as: user, body });
      expect(answer).toMatchObject({ status: 202, body: { success: true } });
      const { jobId, statusUrl } = answer.body.data;
      expect([answer.headers.get('location'), statusUrl]).toEqual([
        `/api/queue/llm/${jobId}`,
        `/api/queue/llm/${jobId}`,
      ]);
      return jobId;
    },

    /** Stores a job like a service that crashes before it enqueues the job. */
    async store(type: string, payload: object): Promise<string> {
      const jobId = uuidv7();
      await parts.backends.database.query(
        `with claims as materialized (
           select set_config('request.jwt.claims', $1, true) as set
         )
         select vc_private.submit_llm_job($2, $3, $4) from claims where set is not null`,
        [JSON.stringify({ sub: user.userId, app_metadata: { tier: 'enterprise' } }), jobId, type, payload],
      );
      return jobId;
    },

    get: (service: TestService, jobId: string, what = ''): Promise<TestAnswer> =>
      service.request(`/api/queue/llm/${jobId}${what}`, { as: user }),

    cancel: (service: TestService, jobId: string): Promise<TestAnswer> =>
      service.request(`/api/queue/llm/${jobId}`, { method: 'DELETE', as: user }),

    async row(jobId: string): Promise<JobRecord> {
      const [row] = await parts.backends.database.query<JobRecord>(
        'select * from vc_private.llm_jobs where id = $1',
        [jobId],
      );
      if (!row) throw new Error(`There is no job ${jobId}.`);
      return row;
    },

    /** Waits until a job's row has a status. */
    reaches: (jobId: string, status: JobStatus, timeoutMs = 10_000): Promise<JobRecord> =>
      eventually(
        async () => {
          const row = await platform.row(jobId);
          expect(row.status).toBe(status);
          return row;
        },
        { timeoutMs },
      ),

    async results(jobId: string): Promise<object[]> {
      return parts.backends.database.query('select * from llm_job_results where job_id = $1', [jobId]);
    },
  };
  return platform;
}
