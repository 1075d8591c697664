import { formatEntityTag, type ServiceName } from '@valuecanvas/contracts-core';
import {
  type ActivePrompt,
  getPromptSnapshot,
  type PromptSnapshot,
  type PromptTrial,
  productionLabel,
  type promptRegistryContract,
} from '@valuecanvas/contracts-prompt-registry';
import { compileAssignment } from '@valuecanvas/experiments';
import { type ClientOf, serviceCall } from '@valuecanvas/http-client';

/** Snapshot of the registry, with the active versions by key and the versions with other labels by `labelKey`. */
export interface KeyedPrompts {
  readonly version: string;
  readonly prompts: ReadonlyMap<string, ActivePrompt>;
  readonly labelled: ReadonlyMap<string, ActivePrompt>;
  /** Arms of units by `labelKey` of the label `production`. */
  readonly trials: ReadonlyMap<string, (unit: string) => ResolvedPrompt | undefined>;
}

/** Version of a prompt, with the arm of the experiment or canary that chose it. */
export interface ResolvedPrompt extends ActivePrompt {
  readonly assignment?: Assignment;
}

/** Arm of an experiment or of a canary. Executions are recorded with it and with their unit. */
export interface Assignment {
  readonly trialId: string;
  readonly step?: number;
  readonly arm: string;
}

/** Names a label of a prompt. The parts have no spaces. */
export function labelKey(promptKey: string, environment: string, label: string): string {
  return `${promptKey} ${environment} ${label}`;
}

/** Timeout of a fetch. The next poll tries again. */
const fetchTimeoutMs = 5_000;

/** Fetches the snapshot as `service`, and passes it to `keep`. Returns undefined if the known version is still the latest. */
export function snapshotFetcher(
  client: Pick<ClientOf<typeof promptRegistryContract>, 'getPromptSnapshot'>,
  service: ServiceName,
  keep: (snapshot: PromptSnapshot) => void,
): (knownVersion: string | undefined) => Promise<KeyedPrompts | undefined> {
  return async (knownVersion) => {
    const call = serviceCall({ service, operation: getPromptSnapshot.id, timeoutMs: fetchTimeoutMs });
    const headers = knownVersion === undefined ? {} : { 'if-none-match': formatEntityTag(knownVersion) };
    const snapshot = await client.getPromptSnapshot({ headers }, call);
    if (!snapshot) return undefined;
    keep(snapshot);
    return toKeyed(snapshot);
  };
}

/** A registry of a release without labels or trials sends none. */
export function toKeyed({
  version,
  prompts,
  labels = [],
  labelled = [],
  trials = [],
}: PromptSnapshot): KeyedPrompts {
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
    trials: new Map(
      trials.map((trial) => [
        labelKey(trial.promptKey, trial.environment, productionLabel),
        compileTrial(trial, byId),
      ]),
    ),
  };
}

/** Returns the function that chooses the version of a unit. Its results are prepared, so that it allocates nothing. */
function compileTrial(
  { id, step, coverage, arms }: PromptTrial,
  byId: ReadonlyMap<string, ActivePrompt>,
): (unit: string) => ResolvedPrompt | undefined {
  const armOf = compileAssignment({
    salt: id,
    coverage,
    arms: arms.map(({ name, weight }) => ({ key: name, weight })),
  });
  const resolved = new Map(
    arms.flatMap(({ name, versionId }) => {
      const prompt = byId.get(versionId);
      const assignment = { trialId: id, ...(step === undefined ? {} : { step }), arm: name };
      return prompt ? [[name, { ...prompt, assignment }] as const] : [];
    }),
  );
  return (unit) => {
    const arm = armOf(unit);
    return arm && resolved.get(arm.key);
  };
}
