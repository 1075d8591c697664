import { formatEntityTag, type ServiceName } from '@valuecanvas/contracts-core';
import {
  type ActivePrompt,
  getPromptSnapshot,
  type promptRegistryContract,
} from '@valuecanvas/contracts-prompt-registry';
import { type ClientOf, serviceCall } from '@valuecanvas/http-client';

/** Snapshot of the registry, with prompts by key. */
export interface KeyedPrompts {
  readonly version: string;
  readonly prompts: ReadonlyMap<string, ActivePrompt>;
}

/** Timeout of a fetch. The next poll tries again. */
const fetchTimeoutMs = 5_000;

/** Fetches the snapshot as `service`. Returns undefined if the known version is still the latest. */
export function snapshotFetcher(
  client: Pick<ClientOf<typeof promptRegistryContract>, 'getPromptSnapshot'>,
  service: ServiceName,
): (knownVersion: string | undefined) => Promise<KeyedPrompts | undefined> {
  return async (knownVersion) => {
    const call = serviceCall({ service, operation: getPromptSnapshot.id, timeoutMs: fetchTimeoutMs });
    const headers = knownVersion === undefined ? {} : { 'if-none-match': formatEntityTag(knownVersion) };
    const snapshot = await client.getPromptSnapshot({ headers }, call);
    return snapshot && { version: snapshot.version, prompts: byKey(snapshot.prompts) };
  };
}

function byKey(prompts: readonly ActivePrompt[]): ReadonlyMap<string, ActivePrompt> {
  return new Map(prompts.map((prompt) => [prompt.promptKey, prompt]));
}
