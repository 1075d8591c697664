import type { AuditFact, Notification } from '@valuecanvas/contracts-core';
import { type CanaryDecision, judgeCanary } from '@valuecanvas/experiments';
import type { LabelRow } from '../labels/label-row.ts';
import type { StepSums } from '../trials/trial-sums.store.ts';
import type { CanaryVerdict } from './canaries.store.ts';
import {
  type CanaryRow,
  type HistoryEntry,
  historyOf,
  observationsOf,
  planOfRow,
  stateOf,
  toCanary,
} from './canary-row.ts';

/** Operation under which decisions without a person are in the audit log. */
const operation = 'prompts.decideCanary';

/** Judges a canary from the sums of its step. */
export function judgementOf(row: CanaryRow, sums: StepSums, now: number): CanaryDecision {
  return judgeCanary(planOfRow(row), stateOf(row), observationsOf(row, sums), now);
}

export function withEntry(row: Pick<CanaryRow, 'history'>, entry: HistoryEntry): string {
  return JSON.stringify([...historyOf(row), entry]);
}

/** Returns the function that decides on a running canary. It returns undefined if nothing changes. */
export function createDecide({ newId, now }: { readonly newId: () => string; readonly now: () => number }) {
  const auditOf = (row: CanaryRow, before: object, after: object, reason: string): AuditFact => ({
    id: newId(),
    at: new Date(now()).toISOString(),
    actor: {},
    operation,
    target: { kind: 'prompt', id: row.prompt_key },
    before,
    after,
    reason,
  });

  return (row: CanaryRow, sums: StepSums, label: LabelRow | undefined): CanaryVerdict | undefined => {
    const at = new Date(now());
    const end = (
      status: 'finished' | 'rolledBack' | 'aborted',
      action: HistoryEntry['action'],
      reason: string,
    ): CanaryVerdict => ({
      change: {
        status,
        reason,
        ended_at: at,
        history: withEntry(row, { at: at.toISOString(), step: row.step, action, reason }),
      },
      fact: auditOf(row, { canary: toCanary(row) }, { canary: { id: row.id, status, reason } }, reason),
    });

    if (label?.version !== row.baseline_version)
      return end('aborted', 'abort', `The label production was moved to ${nameOf(label)} during the canary.`);

    const decision = judgementOf(row, sums, now());
    const { reason } = decision;
    switch (decision.action) {
      case 'hold':
        return undefined;
      case 'advance':
        return {
          change: {
            step: decision.state.step,
            step_started_at: at,
            carried_evidence: JSON.stringify(decision.state.carriedEvidence),
            history: withEntry(row, { at: at.toISOString(), step: row.step, action: 'advance', reason }),
          },
          fact: auditOf(
            row,
            { canary: row.id, step: row.step },
            { canary: row.id, step: decision.state.step },
            reason,
          ),
        };
      case 'rollBack':
        return {
          ...end('rolledBack', 'rollBack', reason),
          notification: rolledBack(row, reason, decision.metric, {
            id: newId(),
            occurredAt: at.toISOString(),
          }),
        };
      case 'finish':
        return {
          ...end('finished', 'finish', reason),
          move: {
            reason: `The canary ${row.id} has finished`,
            fact: auditOf(
              row,
              { label: 'production', environment: row.environment, version: row.baseline_version },
              { label: 'production', environment: row.environment, version: row.candidate_version },
              reason,
            ),
          },
        };
    }
  };
}

function nameOf(label: LabelRow | undefined): string {
  return label?.version == null ? 'no version' : `version ${label.version}`;
}

function rolledBack(
  row: CanaryRow,
  reason: string,
  metric: string,
  identity: Pick<Notification, 'id' | 'occurredAt'>,
): Notification {
  return {
    ...identity,
    key: `prompt.canary-rolled-back:${row.id}`,
    kind: 'prompt.canary-rolled-back',
    severity: 'warning',
    title: `Canary of ${row.prompt_key} rolled back`,
    message: `Version ${row.candidate_version} of ${row.prompt_key} was rolled back to version ${row.baseline_version}. ${reason}`,
    details: {
      canaryId: row.id,
      promptKey: row.prompt_key,
      environment: row.environment,
      baselineVersion: row.baseline_version,
      candidateVersion: row.candidate_version,
      step: row.step,
      metric,
      reason,
    },
  };
}
