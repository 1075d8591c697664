import type {
  ActivePrompt,
  EmbeddedPrompt,
  PinnedPromptVersion,
  PromptMessage,
  PromptMetadata,
  PromptPerformance,
  PromptSummary,
  PromptVariable,
  PromptVersion,
} from '@valuecanvas/contracts-prompt-registry';
import type { Selectable } from 'kysely';
import type { PromptVersionsTable } from '../db.ts';

export const versionColumns = [
  'id',
  'prompt_key',
  'version',
  'template',
  'messages',
  'variables',
  'metadata',
  'status',
  'created_at',
  'activated_at',
] as const;

export type VersionRow = Pick<Selectable<PromptVersionsTable>, (typeof versionColumns)[number]>;

/** Converts a row to the public form of a version. */
export function toPromptVersion(
  row: VersionRow,
  performance: PromptPerformance,
  embedded: readonly EmbeddedPrompt[] = [],
): PromptVersion {
  return {
    id: row.id,
    ...textOf(row),
    ...withEmbedded(embedded),
    performance,
    status: row.status,
    createdAt: row.created_at.toISOString(),
    ...(row.activated_at === null ? {} : { activatedAt: row.activated_at.toISOString() }),
  };
}

/** A prompt with the number of its versions, and its newest and active ones. */
export interface PromptRow {
  readonly prompt_key: string;
  readonly versions: number;
  readonly latest: number;
  readonly updated_at: Date;
  readonly active_id: string | null;
  readonly active: number | null;
  readonly activated_at: Date | null;
}

/** Converts a row to the public form of a prompt. */
export function toPromptSummary(
  { active_id, active, activated_at, ...row }: PromptRow,
  performanceOf: (versionId: string) => PromptPerformance,
): PromptSummary {
  return {
    promptKey: row.prompt_key,
    versions: row.versions,
    latest: row.latest,
    updatedAt: row.updated_at.toISOString(),
    ...(active_id !== null &&
      active !== null &&
      activated_at !== null && {
        active: {
          version: active,
          activatedAt: activated_at.toISOString(),
          performance: performanceOf(active_id),
        },
      }),
  };
}

/** Converts a row to the immutable part of a version. */
export function toPinned(row: VersionRow): PinnedPromptVersion {
  return { id: row.id, ...textOf(row), createdAt: row.created_at.toISOString() };
}

/** Returns what is needed to render a version. */
export function toRenderable(row: VersionRow, embedded: readonly EmbeddedPrompt[]): ActivePrompt {
  return { versionId: row.id, ...textOf(row), ...withEmbedded(embedded) };
}

function withEmbedded(embedded: readonly EmbeddedPrompt[]) {
  return embedded.length === 0 ? {} : { embedded: [...embedded] };
}

function textOf(row: VersionRow) {
  return {
    promptKey: row.prompt_key,
    version: row.version,
    template: row.template,
    ...(row.messages === null ? {} : { messages: row.messages as PromptMessage[] }),
    variables: row.variables as PromptVariable[],
    metadata: row.metadata as PromptMetadata,
  };
}
