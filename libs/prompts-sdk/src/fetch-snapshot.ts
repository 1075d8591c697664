import { formatEntityTag, type ServiceName } from '@valuecanvas/contracts-core';
import {
  type ActivePrompt,
  getPromptSnapshot,
  type PromptSnapshot,
  type promptRegistryContract,
} from '@valuecanvas/contracts-prompt-registry';
import { type ClientOf, serviceCall } from '@valuecanvas/http-client';

/** Snapshot of the registry, with the active versions by key and the versions with other labels by `labelKey`. */
export interface KeyedPrompts {
  readonly version: string;
  readonly prompts: ReadonlyMap<string, ActivePrompt>;
  readonly labelled: ReadonlyMap<string, ActivePrompt>;
}

/** Names a label of a prompt. The parts have no spaces. */
export function labelKey(promptKey: string, environment: string, label: string): string {
  return `${promptKey} ${environment} ${label}`;
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
    return snapshot && keyed(snapshot);
  };
}

/** A registry of a release without labels sends none. */
function keyed({ version, prompts, labels = [], labelled = [] }: PromptSnapshot): KeyedPrompts {
  const byId = new Map(labelled.map((prompt) => [prompt.versionId, prompt]));
  return {
    version,
    prompts: new Map(prompts.map((prompt) => [prompt.promptKey, prompt])),
    labelled: new Map(
      labels.flatMap(({ promptKey, environment, label, versionId }) => {
        const prompt = byId.get(versionId);
        return prompt ? [[labelKey(promptKey, environment, label), prompt]] : [];
      }),
    ),
  };
}
