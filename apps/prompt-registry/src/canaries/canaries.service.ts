import {
  AppError,
  type AuditedCall,
  type AuditFacts,
  type ListPage,
  mapPage,
  type PageRequest,
} from '@valuecanvas/contracts-core';
import {
  type Canary,
  type CreateCanaryRequest,
  defaultEnvironment,
  type ObservedCanary,
  productionLabel,
} from '@valuecanvas/contracts-prompt-registry';
import { type Moments, startCanary } from '@valuecanvas/experiments';
import type { BeforeCommit } from '@valuecanvas/postgres';
import type { LabelsService } from '../labels/labels.service.ts';
import type { StepSums } from '../trials/trial-sums.store.ts';
import type { UsualValues } from '../trials/usual-values.ts';
import type { VersionsStore } from '../versions/versions.store.ts';
import type { CanariesStore, CanaryChange, ReleaseState } from './canaries.store.ts';
import { type CanaryRow, canaryArms, planOf, planOfRow, toCanary } from './canary-row.ts';
import { judgementOf, withEntry } from './decide.ts';
import { canarySettings } from './new-canary.ts';

export type CanariesService = ReturnType<typeof createCanariesService>;

/** Canaries, as people start and end them. A change is published before the response is sent. */
export function createCanariesService(options: {
  readonly store: CanariesStore;
  readonly versions: Pick<VersionsStore, 'find' | 'findLabelled'>;
  readonly labels: Pick<LabelsService, 'assertMovable'>;
  readonly usualValues: UsualValues;
  readonly snapshots: { publish(): Promise<void> };
  readonly factOf: AuditFacts;
  readonly now: () => number;
}) {
  const { store, versions, labels, usualValues, snapshots, factOf, now } = options;

  /** Returns the state of a canary that starts at this moment. */
  const started = (plan: ReturnType<typeof planOf>, reason: string): CanaryChange => {
    const state = startCanary(plan, now());
    const at = new Date(state.stepStartedAt);
    return {
      status: 'running',
      started_at: at,
      step: state.step,
      step_started_at: at,
      carried_evidence: JSON.stringify(state.carriedEvidence),
      history: withEntry({ history: [] }, { at: at.toISOString(), step: 0, action: 'start', reason }),
    };
  };

  /** Returns the usual values of the version that has the label now. */
  const usualOfBaseline = async (promptKey: string, environment: string) => {
    const label = await versions.findLabelled(promptKey, productionLabel, environment);
    return label && usualValues(label.id);
  };

  const changed = async (row: CanaryRow | undefined): Promise<Canary> => {
    if (!row) throw new AppError('NOT_FOUND');
    await snapshots.publish();
    return toCanary(row);
  };

  return {
    list: async (
      filter: { readonly promptKey?: string; readonly status?: CanaryRow['status'] },
      page: PageRequest,
    ): Promise<ListPage<Canary>> => mapPage(await store.list(filter, page), toCanary),

    /** Includes what a running canary waits for. */
    async get(id: string): Promise<ObservedCanary> {
      const found = await store.find(id);
      if (!found) throw new AppError('NOT_FOUND');
      const { row, sums } = found;
      const isRunning = row.status === 'running';
      return {
        ...toCanary(row),
        ...(isRunning ? { reason: judgementOf(row, sums, now()).reason } : {}),
        observations: observedMetrics(sums),
      };
    },

    async create<T>(
      call: AuditedCall,
      request: CreateCanaryRequest,
      beforeCommit: BeforeCommit<Canary, T>,
    ): Promise<T> {
      const { promptKey, version, environment = defaultEnvironment } = request;
      const candidate = await versions.find(promptKey, version);
      if (!candidate) throw new AppError('NOT_FOUND');
      await labels.assertMovable({ promptKey, environment, label: productionLabel }, candidate);
      const settings = canarySettings(request, await usualOfBaseline(promptKey, environment));
      const answer = await store.insert(
        { ...settings, promptKey, environment, candidateVersion: version, createdBy: call.principal.userId },
        (state) => {
          assertFree(state);
          const baselineVersion = baselineOf(state, version);
          if (state.label?.is_protected) return { baselineVersion, status: 'proposed' };
          return { baselineVersion, ...started(planOf(settings), 'The canary was created.') };
        },
        (created) => factOf(call, { target: targetOf(created), after: toCanary(created) }),
        (transaction, created) => beforeCommit(transaction, toCanary(created)),
      );
      await snapshots.publish();
      return answer;
    },

    /** Throws FORBIDDEN for the user who created the canary. */
    async approve(call: AuditedCall, id: string): Promise<Canary> {
      const { userId } = call.principal;
      const row = await store.update(
        id,
        (canary, state) => {
          assertStatus(canary, ['proposed']);
          if (canary.created_by === userId)
            throw new AppError('FORBIDDEN', {
              message: 'You created this canary. Another person has to approve it.',
            });
          assertFree(state);
          if (state.label?.version !== canary.baseline_version)
            throw new AppError('CONFLICT', {
              message: 'The label has moved since the canary was created. Create another one.',
            });
          return {
            ...started(planOfRow(canary), 'A second person approved the canary.'),
            approved_by: userId,
          };
        },
        (before, after) =>
          factOf(call, { target: targetOf(after), before: toCanary(before), after: toCanary(after) }),
      );
      return changed(row);
    },

    async abort(
      call: AuditedCall,
      id: string,
      { reason = 'Aborted by a person.' }: { readonly reason?: string },
    ): Promise<Canary> {
      const row = await store.update(
        id,
        (canary) => {
          assertStatus(canary, ['proposed', 'running']);
          const at = new Date(now());
          const entry = { at: at.toISOString(), step: canary.step, action: 'abort', reason } as const;
          return { status: 'aborted', reason, ended_at: at, history: withEntry(canary, entry) };
        },
        (before, after) =>
          factOf(call, { target: targetOf(after), before: toCanary(before), after: toCanary(after) }),
      );
      return changed(row);
    },
  };
}

const targetOf = ({ prompt_key: id }: CanaryRow) => ({ kind: 'prompt', id });

function assertFree({ running }: ReleaseState): void {
  if (running === undefined) return;
  throw new AppError('CONFLICT', {
    message: `The ${running} runs for this prompt and environment. End it first.`,
  });
}

/** Throws CONFLICT if there is nothing to compare with, and VALIDATION_FAILED if the candidate is the current version. */
function baselineOf({ label }: ReleaseState, candidate: number): number {
  const baseline = label?.version ?? null;
  if (baseline === null)
    throw new AppError('CONFLICT', {
      message:
        'The label production has no version with which the candidate could be compared. Move it first.',
    });
  if (baseline === candidate)
    throw new AppError('VALIDATION_FAILED', {
      details: [{ path: 'version', message: 'already has the label production' }],
    });
  return baseline;
}

function assertStatus({ status }: CanaryRow, allowed: readonly CanaryRow['status'][]): void {
  if (allowed.includes(status)) return;
  throw new AppError('CONFLICT', { message: `The canary is ${status}.` });
}

function observedMetrics(sums: StepSums): ObservedCanary['observations'] {
  const metrics = ['cost', 'latency', 'errors', 'slow', 'rating'] as const;
  return metrics
    .map((metric) => ({
      metric,
      current: toObserved(sums.of(canaryArms.current, metric)),
      candidate: toObserved(sums.of(canaryArms.candidate, metric)),
    }))
    .filter(({ current, candidate }) => current.observations + candidate.observations > 0);
}

function toObserved({ count, sum }: Moments) {
  return { observations: count, ...(count === 0 ? {} : { mean: sum / count }) };
}
