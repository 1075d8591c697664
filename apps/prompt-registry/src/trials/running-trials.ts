import { type PromptTrial, productionLabel } from '@valuecanvas/contracts-prompt-registry';
import { acrossUsers } from '@valuecanvas/postgres';
import type { Kysely } from 'kysely';
import { canaryArms, stepsOf } from '../canaries/canary-row.ts';
import type { Database } from '../db.ts';
import { armsOf } from '../experiments/experiment-row.ts';
import { type VersionRow, versionColumns } from '../versions/version-row.ts';

/** The running trials of all prompts, with the versions of their arms. */
export interface RunningTrials {
  readonly trials: PromptTrial[];
  readonly versions: readonly VersionRow[];
}

/** A trial whose arms name versions by their numbers, as they are stored. */
type StoredTrial = Omit<PromptTrial, 'arms'> & {
  readonly arms: readonly { readonly name: string; readonly weight: number; readonly version: number }[];
};

export function runningTrialsOf(db: Kysely<Database>): () => Promise<RunningTrials> {
  return () =>
    acrossUsers(db, async (transaction) => {
      const stored = [...(await runningExperiments(transaction)), ...(await runningCanaries(transaction))];
      const versions = await versionsOf(transaction, stored);
      const idOf = new Map(versions.map((row) => [nameOf(row.prompt_key, row.version), row.id]));
      const trials = stored.map((trial) => ({
        ...trial,
        arms: trial.arms.map(({ name, weight, version }) => {
          const versionId = idOf.get(nameOf(trial.promptKey, version));
          if (versionId === undefined) throw new Error(`The trial ${trial.id} has an unknown version.`);
          return { name, weight, versionId };
        }),
      }));
      return { trials, versions };
    });
}

async function runningExperiments(transaction: Kysely<Database>): Promise<readonly StoredTrial[]> {
  const rows = await transaction
    .selectFrom('ab_tests')
    .select(['id', 'prompt_key', 'environment', 'coverage', 'arms'])
    .where('status', '=', 'running')
    .orderBy('id')
    .execute();
  return rows.map((row) => ({
    id: row.id,
    promptKey: row.prompt_key,
    environment: row.environment,
    coverage: row.coverage,
    arms: armsOf(row),
  }));
}

/** A canary whose label was moved gives its candidate to no unit. The registry ends it within a second or so. */
async function runningCanaries(transaction: Kysely<Database>): Promise<readonly StoredTrial[]> {
  const rows = await transaction
    .selectFrom('vc_private.prompt_canaries as canary')
    .innerJoin('vc_private.prompt_labels as label', (join) =>
      join
        .onRef('label.prompt_key', '=', 'canary.prompt_key')
        .onRef('label.environment', '=', 'canary.environment')
        .onRef('label.version', '=', 'canary.baseline_version')
        .on('label.label', '=', productionLabel),
    )
    .selectAll('canary')
    .where('canary.status', '=', 'running')
    .orderBy('canary.id')
    .execute();
  return rows.map((row) => {
    const weight = Math.round((stepsOf(row)[row.step]?.percentage ?? 0) * 1_000);
    return {
      id: row.id,
      promptKey: row.prompt_key,
      environment: row.environment,
      step: row.step,
      coverage: 100,
      arms: [
        { name: canaryArms.candidate, weight, version: row.candidate_version },
        { name: canaryArms.current, weight: 100_000 - weight, version: row.baseline_version },
      ],
    };
  });
}

async function versionsOf(
  transaction: Kysely<Database>,
  trials: readonly StoredTrial[],
): Promise<readonly VersionRow[]> {
  const wanted = trials.flatMap(({ promptKey, arms }) =>
    arms.map(({ version }) => [promptKey, version] as const),
  );
  if (wanted.length === 0) return [];
  return transaction
    .selectFrom('prompt_versions')
    .select(versionColumns)
    .where(({ eb, refTuple, tuple }) =>
      eb(
        refTuple('prompt_key', 'version'),
        'in',
        wanted.map(([promptKey, version]) => tuple(promptKey, version)),
      ),
    )
    .orderBy('id')
    .execute();
}

function nameOf(promptKey: string, version: number): string {
  return `${promptKey} ${version}`;
}
