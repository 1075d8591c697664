import { type Canvas, sections } from '@valuecanvas/contracts-canvas';
import type { UserPrincipal } from '@valuecanvas/contracts-core';
import {
  type PromptExecution,
  type PromptSnapshot,
  promptExecution,
} from '@valuecanvas/contracts-prompt-registry';
import { createKeys } from '@valuecanvas/redis';
import type { Environment } from '@valuecanvas/service-kit';
import {
  createTestBackends,
  startTestService,
  type TestAnswer,
  type TestRequest,
  type TestService,
} from '@valuecanvas/testing';
import { afterAll, beforeAll, beforeEach, expect, onTestFinished } from 'vitest';
import { canvasService } from '../../src/app.ts';
import { type Neighbours, startNeighbours } from './neighbours.ts';

async function startParts() {
  const backends = await createTestBackends();
  const prompts = await backends.database.query<PromptSnapshot['prompts'][number]>(
    `select id as "versionId", prompt_key as "promptKey", version, template, variables, metadata
       from prompt_versions where status = 'active'`,
  );
  return { backends, prompts, neighbours: await startNeighbours(backends.identities, prompts) };
}

/** Servers, stubs and one canvas service for a test file, and a user for each test. */
export function usePlatform() {
  let parts: Awaited<ReturnType<typeof startParts>>;
  let service: TestService;
  let user: UserPrincipal;

  const environment = (settings: Environment = {}): Environment => ({
    ...parts.backends.environmentOf('canvas'),
    SHUTDOWN_GRACE_MS: '2000',
    ...parts.neighbours.environment,
    ...settings,
  });
  const start = (settings?: Environment): Promise<TestService> =>
    startTestService(canvasService, environment(settings), parts.backends.identities);

  beforeAll(async () => {
    parts = await startParts();
    service = await start();
  });
  beforeEach(async () => {
    parts.neighbours.reset();
    user = await parts.backends.database.createUser({ tier: 'pro' });
  });
  afterAll(async () => {
    await service.stop();
    await parts.neighbours.stop();
    await parts.backends.stop();
  });

  const platform = {
    get user() {
      return user;
    },
    get service() {
      return service;
    },
    get database() {
      return parts.backends.database;
    },
    get redis() {
      return parts.backends.redis;
    },
    get identities() {
      return parts.backends.identities;
    },
    get prompts() {
      return parts.prompts;
    },
    get neighbours(): Neighbours {
      return parts.neighbours;
    },

    /** The environment of a canvas service in a separate process. */
    processEnvironment: (settings: Environment): Environment =>
      environment({ ...parts.backends.processEnvironmentOf('canvas'), ...settings }),

    /** The environment of a real router, as a separate process, in front of one provider. */
    routerEnvironment: (providerUrl: string): Environment => ({
      ...parts.backends.processEnvironmentOf('llm-router'),
      FEATURE_FLAGS_URL: parts.neighbours.environment.FEATURE_FLAGS_URL,
      TOGETHER_API_KEY: 'together-key',
      TOGETHER_BASE_URL: providerUrl,
    }),

    /** Starts another service with its own settings. It stops with the test. */
    async start(settings: Environment): Promise<TestService> {
      const other = await start(settings);
      onTestFinished(other.stop);
      return other;
    },

    /** Sends a request of the test's user to the file's service. */
    request: (path: string, request: TestRequest = {}): Promise<TestAnswer> =>
      service.request(path, { as: user, ...request }),

    post: (path: string, body: unknown, request: TestRequest = {}): Promise<TestAnswer> =>
      platform.request(path, { method: 'POST', body, ...request }),

    put: (path: string, body: unknown, request: TestRequest = {}): Promise<TestAnswer> =>
      platform.request(path, { method: 'PUT', body, ...request }),

    generate: (body: object = aBakery, request: TestRequest = {}): Promise<TestAnswer> =>
      platform.post('/api/canvas/generate', body, request),

    /** Creates a canvas with known content. */
    async aCanvas(): Promise<Canvas> {
      parts.neighbours.answer = () => ({ content: JSON.stringify(knownBlocks) });
      const { status, body } = await platform.generate();
      expect(status).toBe(200);
      parts.neighbours.reset();
      return body.data.canvas;
    },

    /** Returns the recorded executions of the test user. */
    async executions(): Promise<PromptExecution[]> {
      const stream = createKeys(parts.backends.redis.prefix)('journal', promptExecution.name);
      const entries = await parts.backends.redis.client.xrange(stream, '-', '+');
      const facts = entries.map(([, fields]): PromptExecution => JSON.parse(String(fields[1])));
      return facts.filter(({ userId }) => userId === user.userId);
    },
  };
  return platform;
}

export const aBakery = {
  businessDescription: 'A sourdough bakery in Lisbon that delivers to offices',
  industry: 'Food',
  targetMarket: 'Office workers',
};

export const knownBlocks = Object.fromEntries(
  sections.map((section) => [section, [`One ${section}`, `Two ${section}`]]),
);

export function expectError(answer: TestAnswer, status: number, code: string): void {
  expect(answer).toMatchObject({ status, body: { success: false, code, requestId: expect.any(String) } });
}
