import { AppError, type ServiceName } from '@valuecanvas/contracts-core';
import {
  type ActivePrompt,
  type promptRegistryContract,
  promptsChannel,
} from '@valuecanvas/contracts-prompt-registry';
import type { ClientOf } from '@valuecanvas/http-client';
import { createLiveSnapshot } from '@valuecanvas/live-snapshot';
import type { Keys, Redis } from '@valuecanvas/redis';
import { snapshotFetcher } from './fetch-snapshot.ts';
import { createPromptRenderer, type RenderedVersion } from './render-prompt.ts';
import type { TemplateValues } from './template/render-template.ts';

/** The active prompts, kept in this process: no call leaves it to answer. */
export interface Prompts {
  /** The active version. Throws NOT_FOUND for an unknown key, DEPENDENCY_UNAVAILABLE before the first have arrived. */
  resolve(promptKey: string): ActivePrompt;
  /** Throws as `resolve`, and VALIDATION_FAILED where the variables do not fit the prompt. */
  render(promptKey: string, variables: TemplateValues): RenderedVersion;
  /** Whether the first prompts have arrived, at the latest after `timeoutMs`. */
  ready(timeoutMs: number): Promise<boolean>;
  /** Stops polling; the connection to Redis is its owner's to close. */
  stop(): void;
}

export interface PromptsOptions {
  readonly client: Pick<ClientOf<typeof promptRegistryContract>, 'getPromptSnapshot'>;
  /** A waiting connection used for nothing else. */
  readonly redis: Redis;
  readonly keys: Keys;
  /** The service that asks. */
  readonly service: ServiceName;
  /** Hears of failed fetches; the last known prompts stay. */
  readonly onError: (error: unknown) => void;
  /** Milliseconds between fetches where no message arrives. */
  readonly pollMs?: number;
}

const defaultPollMs = 5_000;

/** Fetches the active prompts at once, then whenever the registry announces a change, and every `pollMs`. */
export function createPrompts(options: PromptsOptions): Prompts {
  const render = createPromptRenderer();
  const snapshot = createLiveSnapshot({
    fetch: snapshotFetcher(options.client, options.service),
    redis: options.redis,
    channel: options.keys(...promptsChannel),
    pollMs: options.pollMs ?? defaultPollMs,
    onError: options.onError,
  });

  const resolve = (promptKey: string): ActivePrompt => {
    const known = snapshot.current();
    if (!known)
      throw new AppError('DEPENDENCY_UNAVAILABLE', { internal: 'no prompts yet', retryAfterSeconds: 2 });
    const prompt = known.prompts.get(promptKey);
    if (!prompt) throw new AppError('NOT_FOUND', { message: `There is no active prompt ${promptKey}.` });
    return prompt;
  };

  return {
    resolve,
    render: (promptKey, variables) => render(resolve(promptKey), variables),
    ready: async (timeoutMs) => (await snapshot.first(timeoutMs)) !== undefined,
    stop: () => snapshot.stop(),
  };
}
