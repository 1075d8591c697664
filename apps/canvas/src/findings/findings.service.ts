import {
  type Blocks,
  type Canvas,
  type CheckResult,
  type Finding,
  type FindingsReport,
  findingSeverities,
} from '@valuecanvas/contracts-canvas';
import { AppError, type UserPrincipal } from '@valuecanvas/contracts-core';
import type { BeforeCommit } from '@valuecanvas/postgres';
import type { Logger } from '@valuecanvas/service-kit';
import { v5 as uuidv5 } from 'uuid';
import { blocksOf, describeBlocks } from '../canvases/canvas-content.ts';
import type { CanvasesService } from '../canvases/canvases.service.ts';
import type { Answer, AskModel, ModelCall } from '../generation/ask-model.ts';
import type { KeepOutcome } from '../generation/keep-outcome.ts';
import type { Reserve } from '../generation/reservations.store.ts';
import type { Dismissals, FindingsStore, KnownCheck, StoredFinding } from './findings.store.ts';
import { FindingsAnswer, parseFindings } from './parse-findings.ts';
import { type FoundFault, findByRules } from './rules.ts';
import type { unstoredCheck } from './unstored-check.ts';

/** Coherence checks of canvases. A canvas of another user is treated as absent. */
export interface FindingsService {
  /** Runs `beforeCommit` in the transaction that stores the findings and returns its result. */
  check<T>(
    call: ModelCall & { readonly log: Logger },
    canvasId: string,
    model: string | undefined,
    beforeCommit: BeforeCommit<CheckResult, T>,
  ): Promise<T>;
  report(
    owner: UserPrincipal,
    canvasId: string,
    wanted: { readonly revision?: number | undefined; readonly dismissed?: boolean | undefined },
  ): Promise<FindingsReport>;
  dismiss(owner: UserPrincipal, canvasId: string, id: string, reason: string): Promise<Finding>;
  restore(owner: UserPrincipal, canvasId: string, id: string): Promise<void>;
}

export function createFindingsService(parts: {
  readonly store: Pick<FindingsStore, 'find' | 'findFinding' | 'dismiss' | 'restore'>;
  readonly canvases: Pick<CanvasesService, 'get'>;
  readonly ask: AskModel;
  readonly reserve: Reserve;
  readonly keep: KeepOutcome<typeof unstoredCheck, Dismissals>;
  readonly now: () => number;
}): FindingsService {
  const { store, canvases, ask, reserve, keep, now } = parts;

  /** Asks a model about a canvas. Returns the error if the findings of the rules suffice. */
  const askAbout = (call: ModelCall, canvas: Canvas, blocks: Blocks, model: string | undefined) =>
    ask(call, {
      promptKey: 'canvas.check',
      variables: {
        businessDescription: canvas.businessDescription,
        currentCanvas: describeBlocks(blocks),
      },
      model,
      schema: { name: 'findings', schema: FindingsAnswer },
      parse: (given) => parseFindings(given, blocks),
    }).catch((error: unknown) => unavailable(error, model));

  return {
    async check(call, canvasId, model, beforeCommit) {
      const canvas = await canvases.get(call.principal, canvasId);
      const { revision } = canvas;
      const blocks = blocksOf(canvas);
      const key = call.downstreamKey(JSON.stringify({ canvasId, revision, model }));
      const { id, answer } = await reserve(call.principal, key, async (reservation) => ({
        id: reservation,
        answer: await askAbout(call, canvas, blocks, model),
      }));
      if (answer instanceof AppError)
        call.log.warn({ err: answer }, 'findings: no model has checked the canvas, only rules were applied');
      const found = answer instanceof AppError ? [] : answer.value;
      const check = {
        revision,
        checkedAt: new Date(now()).toISOString(),
        isComplete: !(answer instanceof AppError),
        findings: identified(canvasId, blocks, [...findByRules(blocks), ...found]),
      };
      const { userId } = call.principal;
      return keep(call, { id, userId, canvasId, ...check }, (tx, dismissals) =>
        beforeCommit(tx, {
          ...check,
          findings: check.findings.filter((finding) => !dismissals.has(finding.id)),
          ...(answer instanceof AppError
            ? { modelError: { code: answer.code, message: answer.message } }
            : { completion: answer.facts }),
        }),
      );
    },

    async report(owner, canvasId, { revision, dismissed = false }) {
      const canvas = await canvases.get(owner, canvasId);
      const { check, dismissals } = await store.find(owner, canvasId, revision);
      return {
        currentRevision: canvas.revision,
        ...(check && { revision: check.revision, checkedAt: check.checkedAt.toISOString() }),
        isComplete: check?.isComplete ?? false,
        findings: withDismissals({ check, dismissals }).filter(
          ({ dismissal }) => (dismissal !== undefined) === dismissed,
        ),
      };
    },

    async dismiss(owner, canvasId, id, reason) {
      await canvases.get(owner, canvasId);
      const finding = await store.findFinding(owner, canvasId, id);
      if (!finding) throw new AppError('NOT_FOUND');
      const at = new Date(now());
      await store.dismiss(owner, canvasId, { id, reason: reason.trim(), at });
      return { ...finding, dismissal: { reason: reason.trim(), dismissedAt: at.toISOString() } };
    },

    async restore(owner, canvasId, id) {
      await canvases.get(owner, canvasId);
      if (!(await store.restore(owner, canvasId, id))) throw new AppError('NOT_FOUND');
    },
  };
}

function withDismissals({ check, dismissals }: KnownCheck): Finding[] {
  return (check?.findings ?? []).map((finding) => {
    const dismissal = dismissals.get(finding.id);
    return dismissal ? { ...finding, dismissal } : finding;
  });
}

/** Codes of errors that concern the whole call, not the model. */
const passedOn = ['INTERNAL_ERROR', 'IDEMPOTENCY_IN_FLIGHT', 'DEADLINE_EXCEEDED'];

/** Returns the error if the findings of the rules suffice. Throws other errors, and the refusal of a model that the user chose. */
function unavailable(error: unknown, model: string | undefined): AppError | Answer<FoundFault[]> {
  if (!(error instanceof AppError) || passedOn.includes(error.code)) throw error;
  if (error.code === 'MODEL_NOT_FOUND' && model !== undefined) throw error;
  return error;
}

/**
 * Gives each finding an id that depends on its kind and the texts that it is about, and sorts the findings by severity. A
 * finding of both a rule and the model is kept once.
 */
function identified(canvasId: string, blocks: Blocks, found: readonly FoundFault[]): StoredFinding[] {
  const findings = new Map<string, StoredFinding>();
  for (const fault of found) {
    const about =
      fault.items.length > 0 ? fault.items : fault.sections.map((section) => [section, blocks[section]]);
    const id = uuidv5(JSON.stringify([fault.kind, about]), canvasId);
    if (!findings.has(id)) findings.set(id, { id, ...fault });
  }
  const rank = ({ severity }: StoredFinding) => findingSeverities.indexOf(severity);
  return [...findings.values()].toSorted((one, other) => rank(one) - rank(other));
}
