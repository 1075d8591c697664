import { promptRegistryContract } from '@valuecanvas/contracts-prompt-registry';
import { createClient } from '@valuecanvas/http-client';
import { createPrompts, type Prompts } from '@valuecanvas/prompts-sdk';
import { createKeys, createWaitingRedis } from '@valuecanvas/redis';
import { eventually } from '@valuecanvas/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startRegistry, type TestRegistry } from './registry.ts';

/** Longer than any test, so that no update comes from polling. */
const never = 3_600_000;

let registry: TestRegistry;
const ends: (() => unknown)[] = [];
beforeEach(async () => {
  registry = await startRegistry();
});
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
  await registry.stop();
});

interface Listener {
  readonly prompts: Prompts;
  readonly errors: unknown[];
}

/** Creates the prompts of a service. With another `prefix`, it does not receive the registry's messages. */
async function listen(options: { readonly pollMs: number; readonly prefix: string }): Promise<Listener> {
  const errors: unknown[] = [];
  const redis = createWaitingRedis({ url: registry.redis.url, name: 'test', onError: () => undefined });
  const client = createClient(promptRegistryContract, {
    baseUrl: registry.service.url,
    sign: registry.identities.signer('canvas'),
  });
  let fetches = 0;
  const prompts = createPrompts({
    client: {
      getPromptSnapshot: (input, call) =>
        client.call.getPromptSnapshot(input, call).finally(() => {
          fetches += 1;
        }),
    },
    redis,
    keys: createKeys(options.prefix),
    service: 'canvas',
    pollMs: options.pollMs,
    onError: (error) => errors.push(error),
  });
  ends.push(() => {
    prompts.stop();
    redis.disconnect();
    return client.close();
  });
  await subscribed(`${options.prefix}:prompts:changed`);
  // One fetch at start and one after the connection to Redis. Later fetches have another cause.
  await eventually(() => expect(fetches).toBeGreaterThanOrEqual(2));
  return { prompts, errors };
}

async function activateNext(template: string): Promise<void> {
  const { status } = await registry.activate(await registry.create({ promptKey: 'live.one', template }));
  expect(status).toBe(200);
}

const subscribed = (channel: string) =>
  eventually(async () => expect(await registry.redis.client.pubsub('NUMSUB', channel)).toEqual([channel, 1]));

test('an activation reaches every running process within a second', async () => {
  await activateNext('first');
  const { prompts } = await listen({ pollMs: never, prefix: registry.redis.prefix });
  expect(prompts.render('live.one', {}).content).toBe('first');
  await activateNext('second');
  await eventually(() => expect(prompts.render('live.one', {}).content).toBe('second'), { timeoutMs: 1_000 });
});

test('if messages are lost, polling finds the activation', async () => {
  await activateNext('first');
  const { prompts } = await listen({ pollMs: 50, prefix: `${registry.redis.prefix}-other` });
  await activateNext('second');
  await eventually(() => expect(prompts.render('live.one', {}).content).toBe('second'));
});

test('a process keeps its prompts when the registry stops', async () => {
  await activateNext('first');
  const { prompts, errors } = await listen({ pollMs: 50, prefix: registry.redis.prefix });
  await registry.service.stop();
  await eventually(() => expect(errors).not.toEqual([]));
  expect(prompts.render('live.one', {}).content).toBe('first');
});
