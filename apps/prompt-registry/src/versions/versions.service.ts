import {
  AppError,
  type AuditedCall,
  type AuditFacts,
  type ListPage,
  mapPage,
  type PageRequest,
  type UserPrincipal,
} from '@valuecanvas/contracts-core';
import {
  type ActivePrompt,
  alwaysGiven,
  type CreatePromptVersionRequest,
  type PromptVersion,
} from '@valuecanvas/contracts-prompt-registry';
import type { BeforeCommit } from '@valuecanvas/postgres';
import type { ServedModels } from '@valuecanvas/served-models';
import { type PerformanceOf, unused } from '../executions/performance.ts';
import { newVersion } from './new-version.ts';
import { toPromptVersion, toRenderable } from './version-row.ts';
import type { VersionsStore } from './versions.store.ts';

export type VersionsService = ReturnType<typeof createVersionsService>;

/** A version never changes, so this check holds for its activation. */
function assertRenderable({ promptKey, variables }: ActivePrompt): void {
  const given = Object.hasOwn(alwaysGiven, promptKey) ? alwaysGiven[promptKey] : undefined;
  if (!given) return;
  const details = variables.flatMap(({ name, required }, index) =>
    required && !given.includes(name)
      ? [
          {
            path: `variables.${index}`,
            message: `${name} is required, but not always given. Make it optional.`,
          },
        ]
      : [],
  );
  if (details.length === 0) return;
  throw new AppError('VALIDATION_FAILED', {
    message: `This version cannot be rendered: of the variables of ${promptKey}, ${given.join(', ')} may be required. Store a version that requires no other one.`,
    details,
  });
}

/** Creation and activation of prompt versions. An activation is published before the response is sent. */
export function createVersionsService(options: {
  readonly store: VersionsStore;
  readonly performanceOf: PerformanceOf;
  readonly snapshots: { publish(): Promise<void> };
  readonly models: ServedModels;
  readonly factOf: AuditFacts;
}) {
  const { store, performanceOf, snapshots, models, factOf } = options;
  const targetOf = (id: string) => ({ kind: 'prompt', id });

  /** The router serves only the platform's own prompts, so the models of all others are not checked. */
  const assertServed = async ({ promptKey, metadata: { model } }: ActivePrompt): Promise<void> => {
    if (model === undefined || !Object.hasOwn(alwaysGiven, promptKey)) return;
    const message = (await models.refusals([model])).get(model);
    if (message === undefined) return;
    throw new AppError('VALIDATION_FAILED', {
      message: `The model of this version cannot be called: ${message}`,
      details: [{ path: 'metadata.model', message }],
    });
  };

  return {
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
     * `newVersion` does, and CONFLICT if an older release of the service took the version number meanwhile.
     */
    async create<T>(
      call: AuditedCall,
      request: CreatePromptVersionRequest,
      beforeCommit: BeforeCommit<PromptVersion, T>,
    ): Promise<T> {
      const draft = newVersion(request, call.principal.userId);
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

    /**
     * Throws NOT_FOUND if the version does not exist, and VALIDATION_FAILED if it requires a variable that the service which
     * renders it does not always give, or names a model that no provider serves.
     */
    async activate(call: AuditedCall, promptKey: string, version: number): Promise<PromptVersion> {
      const candidate = await store.find(promptKey, version);
      if (candidate) {
        assertRenderable(toRenderable(candidate));
        await assertServed(toRenderable(candidate));
      }
      const row = await store.activate(promptKey, version, (replaced) =>
        factOf(call, {
          target: targetOf(promptKey),
          ...(replaced === undefined ? {} : { before: { activeVersion: replaced } }),
          after: { activeVersion: version },
        }),
      );
      if (!row) throw new AppError('NOT_FOUND');
      await snapshots.publish();
      const performance = await performanceOf([row.id]);
      return toPromptVersion(row, performance(row.id));
    },
  };
}
