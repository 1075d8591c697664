import { randomUUID } from 'node:crypto';
import {
  type ActivePrompt,
  type PromptSnapshot,
  promptExecution,
  promptRegistryContract,
} from '@valuecanvas/contracts-prompt-registry';
import { createFactReader } from '@valuecanvas/journal';
import { createKeys } from '@valuecanvas/redis';
import { eventually, stubService, type TestService } from '@valuecanvas/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { expectError, refusedUrl, usePlatform } from './support/platform.ts';
import { startScriptedProvider } from './support/scripted-provider.ts';

const platform = usePlatform();

const version = (settings: Partial<ActivePrompt>): ActivePrompt => ({
  versionId: randomUUID(),
  promptKey: 'welcome.letter',
  version: 3,
  template: 'Write to {{customer}}.',
  variables: [{ name: 'customer', required: true }],
  metadata: { author: 'a', description: '', tags: [], temperature: 0.3, maxTokens: 50 },
  ...settings,
});

const active = version({});
const staged = version({
  version: 4,
  messages: [
    { role: 'system', content: 'Be brief.' },
    { role: 'user', content: 'Write to {{customer}}.' },
  ],
});
const snapshot: PromptSnapshot = {
  version: '1',
  prompts: [active],
  labels: [
    {
      promptKey: 'welcome.letter',
      environment: 'default',
      label: 'staging',
      versionId: staged.versionId,
    },
  ],
  labelled: [staged],
};

let registry: TestService;
beforeAll(async () => {
  registry = await stubService(
    promptRegistryContract,
    { getPromptSnapshot: () => snapshot },
    platform.identities,
  );
});
afterAll(() => registry.stop());

/** Starts a router, and waits until it has the prompts. */
async function start(settings: Record<string, string> = {}) {
  const { prefix } = platform.ownRedis();
  const router = await platform.start({
    PROMPT_REGISTRY_URL: registry.url,
    REDIS_KEY_PREFIX: prefix,
    ...settings,
  });
  await eventually(async () =>
    expect((await platform.chat(router, { promptKey: 'unknown.one' })).status).toBe(404),
  );
  const read = createFactReader(promptExecution, {
    redis: platform.redis.client,
    keys: createKeys(prefix),
    stream: 'waiting',
    limit: 100,
  });
  return { router, executions: async () => (await read()).facts };
}

const letter = { promptKey: 'welcome.letter', promptVariables: { customer: 'Anna' } };

test('a prompt of the registry is rendered with its parameters, and its execution is recorded', async () => {
  const provider = await startScriptedProvider();
  const { router, executions } = await start({ TOGETHER_BASE_URL: provider.url });
  const { status, body } = await platform.chat(router, letter);
  expect(status).toBe(200);
  expect(provider.requests.at(-1)).toMatchObject({
    messages: [{ role: 'user', content: 'Write to Anna.' }],
    temperature: 0.3,
    max_tokens: 50,
  });
  expect(body.data).toMatchObject({ promptVersion: 3, executionId: expect.any(String) });
  expect(await executions()).toMatchObject([
    {
      id: body.data.executionId,
      promptVersionId: active.versionId,
      userId: platform.user.userId,
      operation: 'llm.chat',
      success: true,
      costNanos: body.data.costNanos,
      promptTokens: body.data.usage.promptTokens,
    },
  ]);
  expect(await platform.booked(1)).toMatchObject([{ prompt_version_id: active.versionId }]);
});

test('a label selects the version, and the request overrides parameters', async () => {
  const provider = await startScriptedProvider();
  const { router } = await start({ TOGETHER_BASE_URL: provider.url });
  const { body } = await platform.chat(router, { ...letter, promptLabel: 'staging', temperature: 0.9 });
  expect(body.data.promptVersion).toBe(4);
  expect(provider.requests.at(-1)).toMatchObject({
    messages: [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'Write to Anna.' },
    ],
    temperature: 0.9,
  });
});

test('missing and unknown variables are both refused, and nothing is recorded', async () => {
  const { router, executions } = await start();
  const answer = await platform.chat(router, { ...letter, promptVariables: { client: 'Anna' } });
  expectError(answer, 400, 'VALIDATION_FAILED');
  expect(answer.body.details).toEqual([
    { path: 'promptVariables.customer', message: 'is required' },
    { path: 'promptVariables.client', message: 'is not a variable of this prompt' },
  ]);
  expectError(await platform.chat(router, { ...letter, prompt: 'Hello' }), 400, 'VALIDATION_FAILED');
  for (const field of [{ promptVariables: {} }, { promptLabel: 'staging' }, { promptEnvironment: 'eu' }]) {
    const refused = await platform.chat(router, { prompt: 'Hello', ...field });
    expectError(refused, 400, 'VALIDATION_FAILED');
    expect(refused.body.details).toEqual([{ path: Object.keys(field)[0], message: 'needs a promptKey' }]);
  }
  expectError(await platform.chat(router, { ...letter, promptLabel: 'absent' }), 404, 'NOT_FOUND');
  expect(await executions()).toEqual([]);
});

test('a stream and a repetition with an idempotency key are recorded once', async () => {
  const { router, executions } = await start();
  const request = { headers: { 'idempotency-key': 'letter-1' } };
  const streamed = await platform.chat(router, { ...letter, stream: true });
  expect(streamed.body).toContain('"promptVersion":3');
  await eventually(async () => expect(await executions()).toHaveLength(1));
  const first = await platform.chat(router, letter, request);
  const again = await platform.chat(router, letter, request);
  expect(again.headers.get('idempotent-replayed')).toBe('true');
  expect([first.body.data.content, first.body.data.promptVersion]).toEqual([
    again.body.data.content,
    again.body.data.promptVersion,
  ]);
  expect(await executions()).toHaveLength(2);
});

test('a failure of all providers is recorded as a failed execution', async () => {
  const { router, executions } = await start({ TOGETHER_BASE_URL: refusedUrl, OPENAI_BASE_URL: refusedUrl });
  expectError(await platform.chat(router, letter), 503, 'LLM_UNAVAILABLE');
  expect(await executions()).toMatchObject([
    { promptVersionId: active.versionId, success: false, errorCode: 'LLM_UNAVAILABLE', costNanos: 0 },
  ]);
});
