import { promptExecution, promptRegistryContract } from '@valuecanvas/contracts-prompt-registry';
import { createJournal } from '@valuecanvas/journal';
import { createPrompts, openSnapshotFile } from '@valuecanvas/prompts-sdk';
import type { OpenRedis } from '@valuecanvas/redis';
import type { Kit } from '@valuecanvas/service-kit';
import type { LlmRouterConfig } from '../config.ts';
import { openClient } from '../open-client.ts';
import { createPromptedChats, type PromptedChats } from './prompted-chats.ts';

/** Composes the use of prompts by their key, which follows the prompt registry until the service stops. */
export async function composePrompts(
  kit: Kit<LlmRouterConfig>,
  { redis, keys, waiting }: OpenRedis,
): Promise<PromptedChats> {
  const { config, log, lifecycle } = kit;
  const onFileError = (err: unknown) => log.warn({ err }, 'prompts: snapshot file failed');
  const service = await openClient(kit, promptRegistryContract, config.PROMPT_REGISTRY_URL);
  const path = config.PROMPTS_SNAPSHOT_FILE;
  const prompts = createPrompts({
    client: service.call,
    redis: waiting('prompts'),
    keys,
    service: 'llm-router',
    onError: (err) => log.warn({ err }, 'prompts: refresh failed, last known prompts stay'),
    file: path === undefined ? undefined : await openSnapshotFile(path, onFileError),
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
