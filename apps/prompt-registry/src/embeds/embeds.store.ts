import { acrossUsers } from '@valuecanvas/postgres';
import { type EmbedReference, referenceName } from '@valuecanvas/prompts-sdk';
import { type Kysely, sql } from 'kysely';
import type { Database } from '../db.ts';
import type { LabelPosition } from '../labels/label-row.ts';
import type { Embed, EmbeddedVersion } from './embed-graph.ts';

export type EmbedsStore = ReturnType<typeof createEmbedsStore>;

/** Version that has a label. */
export interface LabelledVersion extends EmbeddedVersion {
  readonly environment: string;
  readonly label: string;
}

/** Embeds of prompts in PostgreSQL. */
export function createEmbedsStore(db: Kysely<Database>) {
  return {
    /** Returns the embeds of the versions, and of all versions that these reach. */
    reachedFrom(versionIds: readonly string[]): Promise<Embed[]> {
      return acrossUsers(db, (transaction) => embedsFrom(transaction, versionIds));
    },

    /** Returns the embeds that a version with these references would have, and those of all versions that these reach. */
    reachedBy(embedderId: string, references: readonly EmbedReference[]): Promise<Embed[]> {
      return acrossUsers(db, async (transaction) => {
        const direct = await directEmbeds(transaction, embedderId, references);
        const ids = direct.flatMap(({ target }) => (target ? [target.id] : []));
        return [...direct, ...(await embedsFrom(transaction, ids))];
      });
    },
  };
}

/** Serializes moves of labels, since two moves together can make a cycle that neither of them makes alone. */
export async function lockEmbeds(transaction: Kysely<Database>): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended('prompt_embeds', 0))`.execute(transaction);
}

export async function insertEmbeds(
  transaction: Kysely<Database>,
  versionId: string,
  references: readonly EmbedReference[],
): Promise<void> {
  if (references.length === 0) return;
  await transaction
    .insertInto('vc_private.prompt_embeds')
    .values(
      references.map((reference, ordinal) => ({
        version_id: versionId,
        ordinal,
        prompt_key: reference.promptKey,
        ...('version' in reference
          ? { version: reference.version }
          : { environment: reference.environment, label: reference.label }),
      })),
    )
    .execute();
}

interface EmbedRow {
  readonly embedder_id: string;
  readonly embedded_key: string;
  readonly embedded_version: number | null;
  readonly environment: string | null;
  readonly label: string | null;
  readonly id: string | null;
  readonly version: number | null;
  readonly template: string | null;
  readonly variables: unknown;
}

const targetOfEmbed = sql`
  left join vc_private.prompt_labels as label on label.prompt_key = embed.prompt_key
    and label.environment = embed.environment and label.label = embed.label
  left join public.prompt_versions as target on target.prompt_key = embed.prompt_key
    and target.version = coalesce(embed.version, label.version)`;

const embedColumns = sql`
  embed.prompt_key as embedded_key, embed.version as embedded_version, embed.environment, embed.label,
  target.id, target.version, target.template, target.variables`;

export async function embedsFrom(
  transaction: Kysely<Database>,
  versionIds: readonly string[],
): Promise<Embed[]> {
  const { rows } = await sql<EmbedRow>`
    with recursive reached (version_id) as (
      select unnest(${versionIds}::uuid[])
      union
      select target.id from reached
      join vc_private.prompt_embeds as embed on embed.version_id = reached.version_id ${targetOfEmbed}
      where target.id is not null
    )
    select embed.version_id as embedder_id, ${embedColumns}
    from reached
    join vc_private.prompt_embeds as embed on embed.version_id = reached.version_id ${targetOfEmbed}
    order by embed.version_id, embed.ordinal`.execute(transaction);
  return rows.map(toEmbed);
}

async function directEmbeds(
  transaction: Kysely<Database>,
  embedderId: string,
  references: readonly EmbedReference[],
): Promise<Embed[]> {
  const columns = JSON.stringify(
    references.map((reference) => ({ ...reference, prompt_key: reference.promptKey })),
  );
  const { rows } = await sql<EmbedRow>`
    select ${embedderId}::uuid as embedder_id, ${embedColumns}
    from jsonb_to_recordset(${columns}::jsonb)
      as embed (prompt_key text, version integer, environment text, label text) ${targetOfEmbed}`.execute(
    transaction,
  );
  return rows.map(toEmbed);
}

/**
 * Returns the versions that depend on where a label leads: its own version, and the versions with a label that embed it,
 * directly or through others. A version with several labels is returned for each of them.
 */
export async function affectedBy(
  transaction: Kysely<Database>,
  { promptKey, environment, label }: LabelPosition,
): Promise<readonly LabelledVersion[]> {
  const { rows } = await sql<LabelledVersion>`
    with recursive dependants (version_id) as (
      select version_id from vc_private.prompt_embeds
      where prompt_key = ${promptKey} and environment = ${environment} and label = ${label}
      union
      select embed.version_id from dependants
      join public.prompt_versions as embedder on embedder.id = dependants.version_id
      left join vc_private.prompt_labels as label
        on label.prompt_key = embedder.prompt_key and label.version = embedder.version
      join vc_private.prompt_embeds as embed on embed.prompt_key = embedder.prompt_key
        and (embed.version = embedder.version
          or (embed.environment = label.environment and embed.label = label.label))
    )
    select affected.id, affected.prompt_key, affected.version, affected.template, affected.variables,
      label.environment, label.label
    from public.prompt_versions as affected
    join vc_private.prompt_labels as label
      on label.prompt_key = affected.prompt_key and label.version = affected.version
    where affected.id in (select version_id from dependants)
      or (label.prompt_key = ${promptKey} and label.environment = ${environment} and label.label = ${label})
    order by affected.prompt_key, label.environment, label.label`.execute(transaction);
  return rows;
}

function toEmbed(row: EmbedRow): Embed {
  const { embedded_key: promptKey, embedded_version: pinned, environment, label } = row;
  const reference =
    pinned === null
      ? { promptKey, environment: environment ?? '', label: label ?? '' }
      : { promptKey, version: pinned };
  const { id, version, template, variables } = row;
  return {
    embedderId: row.embedder_id,
    reference: referenceName(reference),
    target:
      id === null || version === null || template === null
        ? undefined
        : { id, prompt_key: promptKey, version, template, variables },
  };
}
