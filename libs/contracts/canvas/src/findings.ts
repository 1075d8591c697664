import { data, defineRoute, empty, field, strictObject, user } from '@valuecanvas/contracts-core';
import {
  cacheRequestHeader,
  completionFacts,
  spendingErrors,
  spendingTimeout,
} from '@valuecanvas/contracts-llm-router';
import Type, { type Static } from 'typebox';
import { canvasParams, chosenModel, notBlank, promptFacts, Section } from './canvas.ts';

/** Kinds of findings. */
export const findingKinds = [
  'contradiction',
  'orphan',
  'missing',
  'vague',
  'duplicate',
  'granularity',
] as const;
export const findingSeverities = ['high', 'medium', 'low'] as const;

const FoundItem = Type.Object(
  { section: Section, item: Type.String({ description: 'Text of the item.' }) },
  { title: 'FoundItem', description: 'An item that a finding is about.' },
);

export const Finding = Type.Object(
  {
    id: field.uuid('Id of the finding. A later check that finds the same in the same text uses the same id.'),
    kind: Type.Enum(findingKinds, {
      description:
        'contradiction between items, orphan without a counterpart in other blocks, missing content, vague text, duplicate item, or granularity: an item that holds several ideas, or a block with too many items.',
    }),
    severity: Type.Enum(findingSeverities, {
      description: 'high for a model that cannot work as described, medium for a gap, low for wording.',
    }),
    source: Type.Enum(['rule', 'model'], {
      description: 'Origin of the finding. Rules compare texts and do not understand them.',
    }),
    sections: Type.Array(Section, { description: 'Blocks that the finding is about.' }),
    items: Type.Array(FoundItem, { description: 'Items that the finding is about. Empty for whole blocks.' }),
    message: Type.String({ description: 'Description of the finding.' }),
    suggestion: Type.Optional(Type.String({ description: 'Proposal of the model to resolve the finding.' })),
    dismissal: Type.Optional(
      Type.Object(
        {
          reason: Type.String({ description: 'Reason that the user gave.' }),
          dismissedAt: field.timestamp('Time of the dismissal.'),
        },
        { description: 'Present if the user dismissed the finding.' },
      ),
    ),
  },
  { title: 'Finding', description: 'A possible weakness of a canvas.' },
);
export type Finding = Static<typeof Finding>;

const findings = Type.Array(Finding, { description: 'The findings, highest severity first.' });
const isComplete = Type.Boolean({
  description: 'False if only rules were applied, because no model could check the canvas.',
});
const revision = field.ordinal('Number of the checked revision.');
const checkedAt = field.timestamp('Time of the check.');

const CheckCanvasRequest = strictObject(
  { model: chosenModel },
  { title: 'CheckCanvasRequest', description: 'Settings of a coherence check.' },
);

export const CheckResult = Type.Object(
  {
    revision,
    checkedAt,
    isComplete,
    findings,
    completion: Type.Optional(
      Type.Object(
        { ...completionFacts, ...promptFacts },
        { description: 'Model, tokens and cost of the check. Absent if no model was used.' },
      ),
    ),
    modelError: Type.Optional(
      Type.Object(
        {
          code: Type.String({ description: 'Code of the error.' }),
          message: Type.String({ description: 'Text of the error.' }),
        },
        { description: 'Reason why no model checked the canvas.' },
      ),
    ),
  },
  { title: 'CheckResult', description: 'Findings of a coherence check, without dismissed ones.' },
);
export type CheckResult = Static<typeof CheckResult>;

export const checkCanvas = defineRoute({
  id: 'canvas.check',
  method: 'POST',
  path: '/api/canvas/:id/check',
  summary: 'Check the coherence of a canvas',
  description:
    'Checks the current revision by rules and by a model, and stores the findings with the revision. If no model is available or the budget is exceeded, the findings of the rules are returned, with the reason in `modelError`. Dismissed findings are not reported again while the texts that they are about are unchanged.',
  auth: user,
  params: canvasParams,
  body: CheckCanvasRequest,
  example: {},
  ...spendingTimeout,
  idempotent: true,
  requestHeaders: cacheRequestHeader,
  reply: data(CheckResult),
  errors: ['NOT_FOUND', ...spendingErrors],
});

export const FindingsReport = Type.Object(
  {
    currentRevision: field.ordinal('Number of the current revision of the canvas.'),
    revision: Type.Optional(revision),
    checkedAt: Type.Optional(checkedAt),
    isComplete,
    findings,
  },
  { title: 'FindingsReport', description: 'Findings of the latest check of a canvas, if there was one.' },
);
export type FindingsReport = Static<typeof FindingsReport>;

export const listFindings = defineRoute({
  id: 'canvas.listFindings',
  method: 'GET',
  path: '/api/canvas/:id/findings',
  summary: 'Get the findings of a canvas',
  description: 'Returns the findings of the latest check, or of the check of a revision.',
  auth: user,
  params: canvasParams,
  query: Type.Object({
    revision: Type.Optional(field.ordinal('Revision whose check is wanted. By default, the latest check.')),
    dismissed: Type.Optional(
      Type.Boolean({ default: false, description: 'If true, returns the dismissed findings only.' }),
    ),
  }),
  reply: data(FindingsReport),
  errors: ['NOT_FOUND', 'DEPENDENCY_UNAVAILABLE'],
});

const findingParams = Type.Object({
  ...canvasParams.properties,
  fid: field.uuid('Id of the finding.'),
});

const DismissFindingRequest = strictObject(
  {
    reason: Type.String({
      minLength: 1,
      maxLength: 500,
      pattern: notBlank,
      description: 'Reason why the finding is not a problem.',
    }),
  },
  { title: 'DismissFindingRequest', description: 'Reason of a dismissal.' },
);

export const dismissFinding = defineRoute({
  id: 'canvas.dismissFinding',
  method: 'POST',
  path: '/api/canvas/:id/findings/:fid/dismiss',
  summary: 'Dismiss a finding',
  description:
    'Marks a finding as no problem. Later checks do not report it again while its texts are unchanged. A second dismissal replaces the reason.',
  auth: user,
  params: findingParams,
  body: DismissFindingRequest,
  example: { reason: 'Our partners pay this cost.' },
  reply: data(Finding),
  errors: ['NOT_FOUND', 'DEPENDENCY_UNAVAILABLE'],
});

export const restoreFinding = defineRoute({
  id: 'canvas.restoreFinding',
  method: 'DELETE',
  path: '/api/canvas/:id/findings/:fid/dismiss',
  summary: 'Undo the dismissal of a finding',
  description: 'Reports the finding again.',
  auth: user,
  params: findingParams,
  status: 204,
  reply: empty,
  errors: ['NOT_FOUND', 'DEPENDENCY_UNAVAILABLE'],
});
