import {
  defaultEnvironment,
  type PromptLabel,
  type PromptLabelMove,
  type PromptLabelProposal,
  productionLabel,
} from '@valuecanvas/contracts-prompt-registry';
import type { Selectable } from 'kysely';
import type { Database } from '../db.ts';

/** A label of a prompt in one environment. */
export interface LabelPosition {
  readonly promptKey: string;
  readonly environment: string;
  readonly label: string;
}

/** Returns true for the label whose version is the active one. */
export function isActiveLabel({ environment, label }: Omit<LabelPosition, 'promptKey'>): boolean {
  return environment === defaultEnvironment && label === productionLabel;
}

export type LabelRow = Selectable<Database['vc_private.prompt_labels']>;
export type MoveRow = Selectable<Database['vc_private.prompt_label_moves']>;
export type ProposalRow = Selectable<Database['vc_private.prompt_label_proposals']>;

export function toLabel(row: LabelRow): PromptLabel {
  return {
    ...toPosition(row),
    version: row.version,
    protected: row.is_protected,
    movedAt: row.moved_at.toISOString(),
    ...(row.moved_by === null ? {} : { movedBy: row.moved_by }),
    ...(row.approved_by === null ? {} : { approvedBy: row.approved_by }),
  };
}

export function toMove(row: MoveRow): PromptLabelMove {
  return {
    ...toPosition(row),
    from: row.from_version,
    to: row.to_version,
    at: row.moved_at.toISOString(),
    ...(row.moved_by === null ? {} : { movedBy: row.moved_by }),
    ...(row.approved_by === null ? {} : { approvedBy: row.approved_by }),
    ...(row.reason === null ? {} : { reason: row.reason }),
    ...(row.request_id === null ? {} : { requestId: row.request_id }),
  };
}

export function toProposal(row: ProposalRow): PromptLabelProposal {
  return {
    id: row.id,
    ...toPosition(row),
    from: row.from_version,
    version: row.version,
    status: row.status,
    ...(row.reason === null ? {} : { reason: row.reason }),
    proposedBy: row.proposed_by,
    proposedAt: row.proposed_at.toISOString(),
    ...(row.decided_by === null ? {} : { decidedBy: row.decided_by }),
    ...(row.decided_at === null ? {} : { decidedAt: row.decided_at.toISOString() }),
  };
}

function toPosition(row: Pick<LabelRow, 'prompt_key' | 'environment' | 'label'>): LabelPosition {
  return { promptKey: row.prompt_key, environment: row.environment, label: row.label };
}

/** Returns the key of a label as columns. */
export function columnsOf({ promptKey, environment, label }: LabelPosition) {
  return { prompt_key: promptKey, environment, label };
}
