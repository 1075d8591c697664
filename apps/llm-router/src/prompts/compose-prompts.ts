import { promptExecution, promptRegistryContract } from '@valuecanvas/contracts-prompt-registry';
import { createClient } from '@valuecanvas/http-client';
import { createInternalSigner, importSigningKey } from '@valuecanvas/identity';
import { createJournal } from '@valuecanvas/journal';
import { createPrompts } from '@valuecanvas/prompts-sdk';
import type { OpenRedis } from '@valuecanvas/redis';
import type { Kit } from '@valuecanvas/service-kit';
import type { LlmRouterConfig } from '../config.ts';
import { createPromptedChats, type PromptedChats } from './prompted-chats.ts';

/** Composes the use of prompts by their key, which follows the prompt registry until the service stops. */
export async function composePrompts(
  { config, log, lifecycle, now }: Kit<LlmRouterConfig>,
  { redis, keys, waiting }: OpenRedis,
): Promise<PromptedChats> {
  const service = createClient(promptRegistryContract, {
    baseUrl: config.PROMPT_REGISTRY_URL,
    sign: createInternalSigner({
      issuer: 'llm-router',
      key: await importSigningKey(config.INTERNAL_SIGNING_KEY),
      now,
    }),
  });
  lifecycle.onStop('close', 'client of prompt-registry', service.close);
  const prompts = createPrompts({
    client: service.call,
    redis: waiting('prompts'),
    keys,
    service: 'llm-router',
    onError: (err) => log.warn({ err }, 'prompts: refresh failed, last known prompts stay'),
  });
  lifecycle.onStop('intake', 'prompts', prompts.stop);
  const executions = createJournal(promptExecution, { redis, keys, maxLength: config.JOURNAL_MAX_LENGTH });
  return createPromptedChats(prompts, async (execution) => {
    try {
      await executions.assertRoom();
      await executions.record(execution);
    } catch (err) {
      // A gap in the statistics must not fail the request.
      log.warn({ err }, 'prompts: an execution could not be recorded');
    }
  });
}
