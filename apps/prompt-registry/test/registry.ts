import type { UserPrincipal } from '@valuecanvas/contracts-core';
import type { PromptVersion } from '@valuecanvas/contracts-prompt-registry';
import {
  createTestBackends,
  startTestService,
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
  readonly admin: UserPrincipal;
  readonly user: UserPrincipal;
  readonly identities: TestIdentities;
  as(principal: UserPrincipal, path: string, request?: TestRequest): Promise<TestAnswer>;
  /** Creates a version as the admin. */
  create(version: NewPrompt): Promise<PromptVersion>;
  activate(version: PromptVersion): Promise<TestAnswer>;
  stop(): Promise<void>;
}

export interface NewPrompt {
  readonly promptKey: string;
  readonly template?: string;
  readonly variables?: readonly unknown[];
  readonly metadata?: object;
}

export async function startRegistry(): Promise<TestRegistry> {
  const backends = await createTestBackends();
  const { database, redis, identities } = backends;
  const environment = backends.environmentOf('prompt-registry');
  const service = await startTestService(promptRegistryService, environment, identities);
  const [admin, user] = [await database.createUser({ role: 'admin' }), await database.createUser()];
  const as: TestRegistry['as'] = (principal, path, request = {}) =>
    service.request(path, { ...request, as: principal });

  return {
    database,
    redis,
    service,
    identities,
    admin,
    user,
    as,
    async create({ promptKey, template = 'Hello', variables = [], metadata }) {
      const body = { promptKey, template, variables, ...(metadata ? { metadata } : {}) };
      const answer = await as(admin, '/api/prompts/versions', { method: 'POST', body });
      if (answer.status !== 201) throw new Error(`Not created: ${JSON.stringify(answer.body)}`);
      return answer.body.data;
    },
    activate: ({ promptKey, version }) =>
      as(admin, `/api/prompts/versions/${promptKey}/${version}/activate`, { method: 'POST' }),
    async stop() {
      await service.stop();
      await backends.stop();
    },
  };
}
