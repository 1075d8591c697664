import {
  AppError,
  type AuditedCall,
  type AuditFacts,
  assertIfMatch,
  type ListPage,
  type PageRequest,
} from '@valuecanvas/contracts-core';
import {
  type CreateFlagRequest,
  type Flag,
  type FlagVersion,
  modelFlagKey,
  reservedKeys,
  type UpdateFlagRequest,
} from '@valuecanvas/contracts-feature-flags';
import type { ServedModels } from '@valuecanvas/served-models';
import {
  changedSettings,
  checkChange,
  type FlagSettings,
  initialSettings,
  newModels,
  type SettingsChange,
  settingsOf,
} from './flag-settings.ts';
import type { FlagsStore } from './flags.store.ts';
import type { Prerequisites } from './rule-faults.ts';

export type FlagsService = ReturnType<typeof createFlagsService>;

/** Administration of flags. Each committed change is published before the response is sent. */
export function createFlagsService(options: {
  readonly store: FlagsStore;
  readonly snapshots: { publish(): Promise<void> };
  readonly models: ServedModels;
  readonly factOf: AuditFacts;
}) {
  const { store, snapshots, models, factOf } = options;
  const targetOf = (id: string) => ({ kind: 'flag', id });

  const refusals = (change: SettingsChange) =>
    models.refusals(newModels(change).flatMap(({ model }) => (typeof model === 'string' ? [model] : [])));

  /** Asks the router before the flag is locked, and only about an update that can put a model into effect. */
  const refusalsOfUpdate = async (key: string, request: UpdateFlagRequest) => {
    if (key !== modelFlagKey || (!request.enabled && !request.variants)) return new Map<string, string>();
    const before = await store.find(key);
    return refusals({ key, before, after: changedSettings(before ?? refuseUnknown(key), request) });
  };

  /** Flags that require this one. */
  const dependentsOf = async (key: string): Promise<readonly string[]> => {
    const all = [...(await store.prerequisites())];
    return all.filter(([, needs]) => needs.some((need) => need.key === key)).map(([dependent]) => dependent);
  };

  /** Changes a flag that has the version that the request names, if it names one, and publishes it. */
  const change = async (
    call: AuditedCall,
    key: string,
    settingsAfter: (current: Flag) => FlagSettings,
  ): Promise<Flag> => {
    const updated = await store.update(
      key,
      (current) => {
        assertIfMatch(call.header('if-match'), 'flag', current.version);
        return settingsAfter(current);
      },
      (before, after) => factOf(call, { target: targetOf(key), before, after }),
    );
    const flag = updated ?? refuseUnknown(key);
    await snapshots.publish();
    return flag;
  };

  return {
    list: (page: PageRequest): Promise<ListPage<Flag>> => store.list(page),

    async get(key: string): Promise<Flag> {
      return (await store.find(key)) ?? refuseUnknown(key);
    },

    async create(call: AuditedCall, request: CreateFlagRequest): Promise<Flag> {
      const { key } = request;
      refuseReserved(key);
      const settings = initialSettings(request);
      const change = { key, before: undefined, after: settings };
      checkChange(change, await refusals(change), await store.prerequisites());
      const flag =
        (await store.insert(key, settings, (after) => factOf(call, { target: targetOf(key), after }))) ??
        refuseTaken(key);
      await snapshots.publish();
      return flag;
    },

    async update(call: AuditedCall, key: string, request: UpdateFlagRequest): Promise<Flag> {
      const refused = await refusalsOfUpdate(key, request);
      const prerequisites = isSafe(request) ? noPrerequisites : await store.prerequisites();
      return change(call, key, (current) => {
        assertBasedOn(request.version, current);
        const after = changedSettings(current, request);
        checkChange({ key, before: current, after }, refused, prerequisites);
        return after;
      });
    },

    async versions(key: string, page: PageRequest): Promise<ListPage<FlagVersion>> {
      if (!(await store.find(key))) refuseUnknown(key);
      return store.versions(key, page);
    },

    /** Gives a flag all settings of an earlier version. They are checked like those of any other change. */
    async restore(call: AuditedCall, key: string, version: number): Promise<Flag> {
      const after = (await store.version(key, version)) ?? refuseUnknownVersion(key, version);
      const before = (await store.find(key)) ?? refuseUnknown(key);
      const refused = await refusals({ key, before, after });
      const prerequisites = await store.prerequisites();
      return change(call, key, (current) => {
        checkChange({ key, before: current, after }, refused, prerequisites);
        return after;
      });
    },

    async remove(call: AuditedCall, key: string): Promise<void> {
      const dependents = await dependentsOf(key);
      if (dependents.length > 0) refuseNeeded(key, dependents);
      const removed = await store.remove(key, (before) => {
        assertIfMatch(call.header('if-match'), 'flag', before.version);
        return factOf(call, { target: targetOf(key), before });
      });
      if (!removed) refuseUnknown(key);
      await snapshots.publish();
    },
  };
}

const noPrerequisites: Prerequisites = new Map();

/** The kill switch asks for nothing that could fail. */
function isSafe({ enabled, prerequisites }: UpdateFlagRequest): boolean {
  return !enabled && prerequisites === undefined;
}

function refuseNeeded(key: string, dependents: readonly string[]): never {
  throw new AppError('CONFLICT', {
    message: `The flag "${key}" is a prerequisite of ${dependents.join(', ')}. Remove it from their prerequisites first.`,
    details: { dependents },
  });
}

/** The refusal has both versions and the current settings, so that a page can show what would be overwritten. */
function assertBasedOn(version: number | undefined, current: Flag): void {
  const { version: currentVersion } = current;
  if (version === undefined || version === currentVersion) return;
  throw new AppError('CONFLICT', {
    message: `The flag is at version ${currentVersion}. Read it again and repeat your change.`,
    details: { currentVersion, givenVersion: version, current: settingsOf(current) },
  });
}

function refuseReserved(key: string): void {
  if (!(reservedKeys as readonly string[]).includes(key)) return;
  throw new AppError('VALIDATION_FAILED', {
    details: [{ path: 'key', message: `must not be "${key}", which is reserved` }],
  });
}

function refuseUnknown(key: string): never {
  throw new AppError('NOT_FOUND', { message: `The flag "${key}" does not exist.` });
}

function refuseUnknownVersion(key: string, version: number): never {
  throw new AppError('NOT_FOUND', { message: `The flag "${key}" has no version ${version}.` });
}

function refuseTaken(key: string): never {
  throw new AppError('CONFLICT', {
    message: `The flag "${key}" already exists. Update it, or choose another key.`,
  });
}
