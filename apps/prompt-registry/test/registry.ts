import type { UserPrincipal } from '@valuecanvas/contracts-core';
import { type ChatResult, llmRouterContract } from '@valuecanvas/contracts-llm-router';
import type { PromptVersion } from '@valuecanvas/contracts-prompt-registry';
import type { Environment } from '@valuecanvas/service-kit';
import {
  createTestBackends,
  startTestService,
  stubService,
  type TestAnswer,
  type TestDatabase,
  type TestIdentities,
  type TestRedis,
  type TestRequest,
  type TestService,
} from '@valuecanvas/testing';
import { promptRegistryService } from '../src/app.ts';

/** Registry with its own database and key space, a user and an admin. */
export interface TestRegistry {
  readonly database: TestDatabase;
  readonly redis: TestRedis;
  readonly service: TestService;
  /** Environment of the service, with which a test can start further replicas. */
  readonly environment: Environment;
  readonly admin: UserPrincipal;
  readonly user: UserPrincipal;
  readonly identities: TestIdentities;
  /** Stub of the router, which serves `served` and `also-served`. */
  readonly router: TestService;
  /** The model behind the router. */
  readonly model: TestModel;
  as(principal: UserPrincipal, path: string, request?: TestRequest): Promise<TestAnswer>;
  /** Creates a version as the admin. */
  create(version: NewPrompt): Promise<PromptVersion>;
  activate(version: PromptVersion): Promise<TestAnswer>;
  stop(): Promise<void>;
}

/** A request of the platform to a model. */
export interface ModelRequest {
  readonly messages?: readonly { readonly role: string; readonly content: string }[];
  readonly model?: string;
  readonly requestKey: string;
}

export interface TestModel {
  readonly requests: ModelRequest[];
  /** Set by tests. Returns the text, or fields of the answer. */
  answer: (request: ModelRequest) => string | Partial<ChatResult> | Promise<string | Partial<ChatResult>>;
}

export interface NewPrompt {
  readonly promptKey: string;
  readonly template?: string | undefined;
  readonly messages?: readonly object[];
  readonly variables?: readonly unknown[] | object;
  readonly metadata?: object;
}

const answered: ChatResult = {
  content: '',
  provider: 'together_ai',
  model: 'served',
  usage: { promptTokens: 100, completionTokens: 50, totalTokens: 150, cachedTokens: 0 },
  cost: 0.001,
  costNanos: 1_000_000,
  latency: 100,
  cached: false,
  finishReason: 'stop',
};

export async function startRegistry(): Promise<TestRegistry> {
  const backends = await createTestBackends();
  const { database, redis, identities } = backends;
  const listed = ['served', 'also-served'];
  const model: TestModel = { requests: [], answer: () => 'An answer' };
  const router = await stubService(
    llmRouterContract,
    {
      async chatForPlatform({ body }) {
        model.requests.push(body);
        const answer = await model.answer(body);
        return { ...answered, ...(typeof answer === 'string' ? { content: answer } : answer) };
      },
      checkModels: ({ body: { models } }) => ({
        unserved: models.filter((model) => !listed.includes(model)),
        listed,
      }),
    },
    identities,
  );
  const environment = { ...backends.environmentOf('prompt-registry'), LLM_ROUTER_URL: router.url };
  const service = await startTestService(promptRegistryService, environment, identities);
  const [admin, user] = [await database.createUser({ role: 'admin' }), await database.createUser()];
  const as: TestRegistry['as'] = (principal, path, request = {}) =>
    service.request(path, { ...request, as: principal });

  return {
    database,
    redis,
    service,
    environment,
    identities,
    router,
    model,
    admin,
    user,
    as,
    async create({
      promptKey,
      messages,
      template = messages ? undefined : 'Hello',
      variables = [],
      metadata,
    }) {
      const body = { promptKey, template, messages, variables, ...(metadata ? { metadata } : {}) };
      const answer = await as(admin, '/api/prompts/versions', { method: 'POST', body });
      if (answer.status !== 201) throw new Error(`Not created: ${JSON.stringify(answer.body)}`);
      return answer.body.data;
    },
    activate: ({ promptKey, version }) =>
      as(admin, `/api/prompts/versions/${promptKey}/${version}/activate`, { method: 'POST' }),
    async stop() {
      await Promise.all([service.stop(), router.stop()]);
      await backends.stop();
    },
  };
}
