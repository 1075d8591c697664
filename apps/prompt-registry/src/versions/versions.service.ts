import {
  AppError,
  type AuditedCall,
  type AuditFacts,
  type ListPage,
  mapPage,
  type PageRequest,
  type UserPrincipal,
} from '@valuecanvas/contracts-core';
import type {
  CreatePromptVersionRequest,
  PromptSummary,
  PromptVersion,
} from '@valuecanvas/contracts-prompt-registry';
import type { BeforeCommit } from '@valuecanvas/postgres';
import type { EmbedsService } from '../embeds/embeds.service.ts';
import { type PerformanceOf, unused } from '../executions/performance.ts';
import { newVersion } from './new-version.ts';
import { toPromptSummary, toPromptVersion } from './version-row.ts';
import type { VersionsStore } from './versions.store.ts';

export type VersionsService = ReturnType<typeof createVersionsService>;

/** Creation of prompt versions. */
export function createVersionsService(options: {
  readonly store: VersionsStore;
  readonly embeds: Pick<EmbedsService, 'assertCreatable'>;
  readonly performanceOf: PerformanceOf;
  readonly factOf: AuditFacts;
}) {
  const { store, embeds, performanceOf, factOf } = options;
  const targetOf = (id: string) => ({ kind: 'prompt', id });

  return {
    async listPrompts(page: PageRequest): Promise<ListPage<PromptSummary>> {
      const found = await store.listPrompts(page);
      const performance = await performanceOf(found.items.flatMap(({ active_id }) => active_id ?? []));
      return mapPage(found, (row) => toPromptSummary(row, performance));
    },

    /** Newest first. Drafts are included for callers that hold `prompts:write`. */
    async list(
      principal: UserPrincipal,
      { promptKey }: { readonly promptKey?: string },
      page: PageRequest,
    ): Promise<ListPage<PromptVersion>> {
      const withDrafts = principal.permissions.includes('prompts:write');
      const found = await store.list({ promptKey, withDrafts }, page);
      const performance = await performanceOf(found.items.map(({ id }) => id));
      return mapPage(found, (row) => toPromptVersion(row, performance(row.id)));
    },

    /**
     * Runs `beforeCommit` in the transaction that stores the version and returns its result. Throws VALIDATION_FAILED as
     * `newVersion` and `assertCreatable` do, and CONFLICT if an older release of the service took the version number meanwhile.
     */
    async create<T>(
      call: AuditedCall,
      request: CreatePromptVersionRequest,
      beforeCommit: BeforeCommit<PromptVersion, T>,
    ): Promise<T> {
      const draft = newVersion(request, call.principal.userId);
      await embeds.assertCreatable(draft);
      const target = targetOf(draft.promptKey);
      const created = await store.insertNext(
        draft,
        // A version never changes, so its number identifies its template.
        ({ version, status, variables, metadata }) =>
          factOf(call, { target, after: { version, status, variables, metadata } }),
        (tx, row) => beforeCommit(tx, toPromptVersion(row, unused)),
      );
      if (created !== undefined) return created;
      throw new AppError('CONFLICT', {
        message: `Another version of ${draft.promptKey} was created at the same time. Send the request again.`,
        retryHelps: true,
      });
    },
  };
}
