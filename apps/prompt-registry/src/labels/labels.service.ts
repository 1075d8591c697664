import {
  AppError,
  type AuditedCall,
  type AuditFacts,
  type ListPage,
  mapPage,
  type PageRequest,
  publicHeaders,
} from '@valuecanvas/contracts-core';
import {
  defaultEnvironment,
  type PromptLabel,
  type PromptLabelMove,
  type PromptLabelProposal,
  type PromptVersion,
  productionLabel,
} from '@valuecanvas/contracts-prompt-registry';
import type { BeforeCommit } from '@valuecanvas/postgres';
import type { Kysely } from 'kysely';
import type { Database } from '../db.ts';
import type { EmbedsService } from '../embeds/embeds.service.ts';
import type { PerformanceOf } from '../executions/performance.ts';
import { toPromptVersion, type VersionRow } from '../versions/version-row.ts';
import type { VersionsStore } from '../versions/versions.store.ts';
import type { AssertActivatable } from './activatable.ts';
import {
  isActiveLabel,
  type LabelPosition,
  type LabelRow,
  type ProposalRow,
  toLabel,
  toMove,
  toProposal,
} from './label-row.ts';
import { type LabelsStore, type Move, moveLabel } from './labels.store.ts';

export type LabelsService = ReturnType<typeof createLabelsService>;

/** A label as requests name it. */
interface NamedLabel {
  readonly promptKey: string;
  readonly label: string;
}

/** Labels of prompt versions. A move is published before the response is sent. */
export function createLabelsService(options: {
  readonly store: LabelsStore;
  readonly versions: Pick<VersionsStore, 'find'>;
  readonly embeds: Pick<EmbedsService, 'renderable'>;
  readonly performanceOf: PerformanceOf;
  readonly assertActivatable: AssertActivatable;
  readonly snapshots: { publish(): Promise<void> };
  readonly factOf: AuditFacts;
}) {
  const { store, versions, embeds, performanceOf, assertActivatable, snapshots, factOf } = options;

  /** Throws as the move of a label to the version would. */
  const assertMovable = async (position: LabelPosition, version: VersionRow): Promise<void> => {
    if (isActiveLabel(position)) await assertActivatable(await embeds.renderable(version));
  };

  /** Throws NOT_FOUND for an unknown version, or VALIDATION_FAILED for one that cannot get the label. */
  const candidate = async (position: LabelPosition, version: number): Promise<VersionRow> => {
    const row = await versions.find(position.promptKey, version);
    if (!row) throw new AppError('NOT_FOUND');
    await assertMovable(position, row);
    return row;
  };

  const moveNow = async (
    call: AuditedCall,
    position: LabelPosition,
    move: Pick<Move, 'version' | 'reason'>,
    check: (current: LabelRow | undefined) => void,
  ): Promise<LabelRow> => {
    const { userId } = call.principal;
    const moved = await store.move(
      position,
      { ...move, movedBy: userId, requestId: call.requestId },
      (current) => {
        check(current);
        assertUnprotected(current, move.version);
      },
      (from) => factOf(call, auditedMove(position, from, move.version)),
    );
    if (!moved) throw new AppError('NOT_FOUND');
    await snapshots.publish();
    return moved;
  };

  return {
    assertMovable,

    /**
     * Checks a move, and returns the function that makes it as a part of a larger transaction. Publish the snapshot after that.
     * The function throws CONFLICT and FORBIDDEN as `move` does.
     */
    async prepareMove(
      call: AuditedCall,
      position: LabelPosition,
      move: { readonly version: number; readonly expectedVersion: number | null; readonly reason: string },
    ): Promise<(transaction: Kysely<Database>) => Promise<unknown>> {
      const { userId, permissions } = call.principal;
      if (!permissions.includes('prompts:activate'))
        throw new AppError('FORBIDDEN', {
          message: 'Activating a version needs the permission prompts:activate.',
        });
      await candidate(position, move.version);
      return (transaction) =>
        moveLabel(
          transaction,
          position,
          { version: move.version, reason: move.reason, movedBy: userId, requestId: call.requestId },
          (current) => {
            assertCurrent(current, move.expectedVersion);
            assertUnprotected(current, move.version);
          },
          (from) => factOf(call, auditedMove(position, from, move.version)),
        );
    },

    async list(
      promptKey: string,
      { environment }: { readonly environment?: string },
      page: PageRequest,
    ): Promise<ListPage<PromptLabel>> {
      return mapPage(await store.list(promptKey, environment, page), toLabel);
    },

    async moves(
      named: NamedLabel,
      { environment }: { readonly environment?: string },
      page: PageRequest,
    ): Promise<ListPage<PromptLabelMove>> {
      return mapPage(await store.moves(positionOf(named, environment), page), toMove);
    },

    async proposals(
      named: NamedLabel,
      { environment }: { readonly environment?: string },
      page: PageRequest,
    ): Promise<ListPage<PromptLabelProposal>> {
      return mapPage(await store.proposals(positionOf(named, environment), page), toProposal);
    },

    /** Throws CONFLICT if another version than the expected one has the label, and FORBIDDEN if the label is protected. */
    async move(
      call: AuditedCall,
      named: NamedLabel,
      request: {
        readonly version: number;
        readonly expectedVersion: number | null;
        readonly environment?: string;
        readonly reason?: string;
      },
    ): Promise<PromptLabel> {
      const position = positionOf(named, request.environment);
      await candidate(position, request.version);
      const { version, expectedVersion } = request;
      const row = await moveNow(call, position, { version, reason: request.reason }, (current) =>
        assertCurrent(current, expectedVersion),
      );
      return toLabel(row);
    },

    /** Moves the label `production` to a version, whichever version has it. */
    async activate(call: AuditedCall, promptKey: string, version: number): Promise<PromptVersion> {
      const position = positionOf({ promptKey, label: productionLabel }, undefined);
      await candidate(position, version);
      const reason = call.header(publicHeaders.auditReason)?.slice(0, 500);
      await moveNow(call, position, { version, reason }, () => undefined);
      const row = await versions.find(promptKey, version);
      if (!row) throw new AppError('NOT_FOUND');
      const performance = await performanceOf([row.id]);
      return toPromptVersion(row, performance(row.id));
    },

    async remove(
      call: AuditedCall,
      named: NamedLabel,
      { environment }: { readonly environment?: string },
    ): Promise<undefined> {
      const position = positionOf(named, environment);
      if (isActiveLabel(position))
        throw new AppError('UNPROCESSABLE', {
          message:
            'The label production cannot be removed, because services use its version. Move it instead.',
        });
      await moveNow(call, position, { version: null, reason: undefined }, () => undefined);
    },

    async protect(
      call: AuditedCall,
      named: NamedLabel,
      request: { readonly protected: boolean; readonly environment?: string },
    ): Promise<PromptLabel> {
      const position = positionOf(named, request.environment);
      if (!(await versions.find(position.promptKey, 1))) throw new AppError('NOT_FOUND');
      const row = await store.protect(position, request.protected, (wasProtected) =>
        factOf(call, {
          target: targetOf(position),
          before: { ...position, protected: wasProtected },
          after: { ...position, protected: request.protected },
        }),
      );
      return toLabel(row);
    },

    async propose<T>(
      call: AuditedCall,
      named: NamedLabel,
      request: { readonly version: number; readonly environment?: string; readonly reason?: string },
      beforeCommit: BeforeCommit<PromptLabelProposal, T>,
    ): Promise<T> {
      const position = positionOf(named, request.environment);
      await candidate(position, request.version);
      return store.propose(
        position,
        { version: request.version, reason: request.reason, proposedBy: call.principal.userId },
        (stored) => factOf(call, { target: targetOf(position), after: toProposal(stored) }),
        (transaction, stored) => beforeCommit(transaction, toProposal(stored)),
      );
    },

    /** Throws FORBIDDEN for the proposer, and CONFLICT for a decided proposal or if the label has moved since. */
    async approve(call: AuditedCall, named: NamedLabel, proposalId: string): Promise<PromptLabelProposal> {
      const { userId } = call.principal;
      const decided = await store.decide(positionOf(named, undefined), proposalId, {
        status: 'approved',
        decidedBy: userId,
        requestId: call.requestId,
        check(proposal, current) {
          assertOpen(proposal);
          if (proposal.proposed_by === userId)
            throw new AppError('FORBIDDEN', {
              message: 'You proposed this move. Another person has to approve it.',
            });
          assertCurrent(current, proposal.from_version);
        },
        factOf: (proposal) =>
          factOf(call, auditedMove(toProposal(proposal), proposal.from_version, proposal.version)),
      });
      if (!decided) throw new AppError('NOT_FOUND');
      await snapshots.publish();
      return toProposal(decided);
    },

    async reject(call: AuditedCall, named: NamedLabel, proposalId: string): Promise<PromptLabelProposal> {
      const decided = await store.decide(positionOf(named, undefined), proposalId, {
        status: 'rejected',
        decidedBy: call.principal.userId,
        requestId: call.requestId,
        check: assertOpen,
        factOf: (proposal) =>
          factOf(call, {
            target: targetOf(toProposal(proposal)),
            before: toProposal(proposal),
            after: { ...toProposal(proposal), status: 'rejected' },
          }),
      });
      if (!decided) throw new AppError('NOT_FOUND');
      return toProposal(decided);
    },
  };
}

function positionOf({ promptKey, label }: NamedLabel, environment = defaultEnvironment): LabelPosition {
  return { promptKey, environment, label };
}

const targetOf = ({ promptKey }: LabelPosition) => ({ kind: 'prompt', id: promptKey });

/** The active version is recorded under its own name, as by releases without labels. */
function auditedMove(position: LabelPosition, from: number | null, to: number | null) {
  const { environment, label } = position;
  const stateOf = (version: number | null) =>
    isActiveLabel(position) ? { activeVersion: version } : { environment, label, version };
  return {
    target: targetOf(position),
    ...(from === null ? {} : { before: stateOf(from) }),
    ...(to === null ? {} : { after: stateOf(to) }),
  };
}

function assertCurrent(current: LabelRow | undefined, expected: number | null): void {
  const currentVersion = current?.version ?? null;
  if (currentVersion === expected) return;
  const state = currentVersion === null ? 'has no version' : `is at version ${currentVersion}`;
  throw new AppError('CONFLICT', {
    message: `The label ${state}, not as expected. Read it again and repeat your change.`,
    details: { currentVersion },
  });
}

function assertUnprotected(current: LabelRow | undefined, version: number | null): void {
  if (!current?.is_protected || current.version === version) return;
  throw new AppError('FORBIDDEN', {
    message: `The label ${current.label} of ${current.prompt_key} is protected. Propose the move with POST /api/prompts/${current.prompt_key}/labels/${current.label}/proposals. A second person approves it.`,
  });
}

function assertOpen({ status }: ProposalRow): void {
  if (status === 'open') return;
  throw new AppError('CONFLICT', { message: `The proposal is already ${status}.` });
}
