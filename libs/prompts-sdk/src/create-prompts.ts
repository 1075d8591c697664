import { AppError, type ServiceName } from '@valuecanvas/contracts-core';
import {
  defaultEnvironment,
  productionLabel,
  type promptRegistryContract,
  promptsChannel,
} from '@valuecanvas/contracts-prompt-registry';
import type { ClientOf } from '@valuecanvas/http-client';
import { createLiveSnapshot } from '@valuecanvas/live-snapshot';
import type { Keys, Redis } from '@valuecanvas/redis';
import { labelKey, type ResolvedPrompt, snapshotFetcher, toKeyed } from './fetch-snapshot.ts';
import { createPromptRenderer, type RenderedVersion } from './render-prompt.ts';
import type { SnapshotFile } from './snapshot-file.ts';
import type { TemplateValues } from './template/render-template.ts';

/** The active prompts, kept in memory. No method sends a request. */
export interface Prompts {
  /**
   * Returns the active version, or the version with a label. With a unit, an experiment or canary of the label `production` may
   * choose another version. Throws NOT_FOUND for an unknown key or label, or DEPENDENCY_UNAVAILABLE before the first fetch.
   */
  resolve(promptKey: string, reference?: PromptReference): ResolvedPrompt;
  /** Renders a version. Throws as `resolve`, or VALIDATION_FAILED if the variables do not match the prompt. */
  render(promptKey: string, variables: TemplateValues, reference?: PromptReference): RenderedVersion;
  /** Resolves with true when the first prompts have arrived, or a failed fetch leaves those of the file. Resolves with false after `timeoutMs` without any. */
  ready(timeoutMs: number): Promise<boolean>;
  /** Stops polling. The owner of the Redis connection closes it. */
  stop(): void;
}

/** A label: by default `production` of the environment `default`, which is the active version. */
export interface PromptReference {
  readonly label?: string;
  readonly environment?: string;
  /** Unit that keeps its version in an experiment or canary, such as the id of a user. Without one, it takes part in none. */
  readonly unit?: string;
}

export interface PromptsOptions {
  readonly client: Pick<ClientOf<typeof promptRegistryContract>, 'getPromptSnapshot'>;
  /** Dedicated connection for the subscription. */
  readonly redis: Redis;
  readonly keys: Keys;
  /** Name of the calling service. */
  readonly service: ServiceName;
  /** Called when a fetch fails. The last known prompts are kept. */
  readonly onError: (error: unknown) => void;
  /** Polling interval in milliseconds if no message arrives. */
  readonly pollMs?: number;
  /** Keeps the latest prompts. Its prompts are used until the registry answers. */
  readonly file?: SnapshotFile | undefined;
}

const defaultPollMs = 5_000;

/** Fetches the active prompts at once, after each change that the registry publishes, and every `pollMs`. */
export function createPrompts(options: PromptsOptions): Prompts {
  const { client, service, file } = options;
  const render = createPromptRenderer();
  const snapshot = createLiveSnapshot({
    initial: file?.initial && toKeyed(file.initial),
    fetch: snapshotFetcher(client, service, (fetched) => void file?.write(fetched)),
    redis: options.redis,
    channel: options.keys(...promptsChannel),
    pollMs: options.pollMs ?? defaultPollMs,
    onError: options.onError,
  });

  const resolve = (promptKey: string, reference: PromptReference = {}): ResolvedPrompt => {
    const known = snapshot.current();
    if (!known)
      throw new AppError('DEPENDENCY_UNAVAILABLE', {
        internal: 'prompts not loaded yet',
        retryAfterSeconds: 2,
      });
    const { label = productionLabel, environment = defaultEnvironment, unit } = reference;
    const key = labelKey(promptKey, environment, label);
    const chosen = unit === undefined ? undefined : known.trials.get(key)?.(unit);
    if (chosen) return chosen;
    const isActive = label === productionLabel && environment === defaultEnvironment;
    const prompt = isActive ? known.prompts.get(promptKey) : known.labelled.get(key);
    if (prompt) return prompt;
    const lacking = isActive ? 'active version' : `version with the label ${label} in ${environment}`;
    throw new AppError('NOT_FOUND', {
      message: `The prompt ${promptKey} does not exist or has no ${lacking}.`,
    });
  };

  return {
    resolve,
    render: (promptKey, variables, reference) => render(resolve(promptKey, reference), variables),
    ready: async (timeoutMs) => (await snapshot.first(timeoutMs)) !== undefined,
    stop: () => snapshot.stop(),
  };
}
