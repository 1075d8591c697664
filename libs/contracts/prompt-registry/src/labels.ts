import {
  data,
  defineRoute,
  empty,
  field,
  list,
  listQuery,
  permission,
  strictObject,
} from '@valuecanvas/contracts-core';
import Type, { type Static } from 'typebox';
import { promptKey, versionNumber } from './prompt-version.ts';

/** Starts with a letter, so that no label can be mistaken for a version number. */
const namePattern = '^[a-z][a-z0-9_.-]{0,35}$';

export const labelName = Type.String({
  pattern: namePattern,
  description: 'Name of the label, in lower case.',
  examples: ['staging'],
});

/** The environment whose label `production` is the active version. */
export const defaultEnvironment = 'default';

/** The label of the active version. */
export const productionLabel = 'production';

export const environmentName = Type.Optional(
  Type.String({
    pattern: namePattern,
    description:
      'Environment of the label. Defaults to `default`, whose label `production` is the active version.',
  }),
);

const reason = Type.Optional(Type.String({ maxLength: 500, description: 'Reason for the change.' }));
const labelParams = Type.Object({ promptKey, label: labelName });
const environmentQuery = Type.Object({ environment: environmentName });

const position = {
  promptKey,
  environment: Type.String({ description: 'Environment of the label.' }),
  label: labelName,
};

export const PromptLabel = Type.Object(
  {
    ...position,
    version: Type.Union([versionNumber('Version with the label.'), Type.Null()], {
      description: 'Version with the label. Null for a label without a version.',
    }),
    protected: Type.Boolean({ description: 'True if each move needs the approval of a second person.' }),
    movedAt: field.timestamp('Time of the latest move.'),
    movedBy: Type.Optional(field.uuid('User who made or proposed the latest move.')),
    approvedBy: Type.Optional(field.uuid('User who approved the latest move.')),
  },
  { title: 'PromptLabel', description: 'A label, which points at one version of a prompt.' },
);
export type PromptLabel = Static<typeof PromptLabel>;

export const PromptLabelMove = Type.Object(
  {
    ...position,
    from: Type.Union([Type.Integer(), Type.Null()], { description: 'Version before the move, or null.' }),
    to: Type.Union([Type.Integer(), Type.Null()], {
      description: 'Version after the move. Null if the label was removed.',
    }),
    at: field.timestamp('Time of the move.'),
    movedBy: Type.Optional(field.uuid('User who made or proposed the move.')),
    approvedBy: Type.Optional(field.uuid('User who approved the move.')),
    reason: Type.Optional(Type.String({ description: 'Reason for the move.' })),
    requestId: Type.Optional(Type.String({ description: 'Id of the request that made the move.' })),
  },
  { title: 'PromptLabelMove', description: 'One move of a label.' },
);
export type PromptLabelMove = Static<typeof PromptLabelMove>;

export const PromptLabelProposal = Type.Object(
  {
    id: field.uuid('Id of the proposal.'),
    ...position,
    from: Type.Union([Type.Integer(), Type.Null()], {
      description: 'Version with the label when the move was proposed, or null.',
    }),
    version: versionNumber('Proposed version.'),
    status: Type.Enum(['open', 'approved', 'rejected'], { description: 'Status of the proposal.' }),
    reason: Type.Optional(Type.String({ description: 'Reason for the move.' })),
    proposedBy: field.uuid('User who proposed the move.'),
    proposedAt: field.timestamp('Time of the proposal.'),
    decidedBy: Type.Optional(field.uuid('User who approved or rejected the move.')),
    decidedAt: Type.Optional(field.timestamp('Time of the decision.')),
  },
  { title: 'PromptLabelProposal', description: 'A proposed move of a protected label.' },
);
export type PromptLabelProposal = Static<typeof PromptLabelProposal>;

export const listPromptLabels = defineRoute({
  id: 'prompts.listLabels',
  method: 'GET',
  path: '/api/prompts/:promptKey/labels',
  summary: 'List the labels of a prompt',
  description: 'Labels of all environments or of one, with the version of each.',
  auth: permission('prompts:read'),
  params: Type.Object({ promptKey }),
  query: listQuery({ environment: environmentName }),
  reply: list(PromptLabel),
  errors: ['DEPENDENCY_UNAVAILABLE'],
});

const MoveLabelRequest = strictObject(
  {
    version: versionNumber('Version to which the label moves.'),
    expectedVersion: Type.Union([Type.Integer({ minimum: 1, maximum: 2_147_483_647 }), Type.Null()], {
      description: 'Version that has the label now, or null if none has.',
    }),
    environment: environmentName,
    reason,
  },
  { title: 'MoveLabelRequest', description: 'A move of a label.' },
);

export const movePromptLabel = defineRoute({
  id: 'prompts.moveLabel',
  method: 'PUT',
  path: '/api/prompts/:promptKey/labels/:label',
  summary: 'Move a label',
  description:
    'Moves a label to a version, or creates it. Fails with CONFLICT if the label has moved meanwhile, and with FORBIDDEN if it is protected: propose the move then. Fails with UNPROCESSABLE and the reasons if the version does not pass the gate of the label. A move of `production` in the environment `default` activates the version, under the conditions of an activation.',
  auth: permission('prompts:activate'),
  params: labelParams,
  body: MoveLabelRequest,
  example: { version: 1, expectedVersion: null, reason: 'Try it on staging first' },
  reply: data(PromptLabel),
  errors: ['NOT_FOUND', 'CONFLICT', 'UNPROCESSABLE', 'DEPENDENCY_UNAVAILABLE'],
});

export const removePromptLabel = defineRoute({
  id: 'prompts.removeLabel',
  method: 'DELETE',
  path: '/api/prompts/:promptKey/labels/:label',
  summary: 'Remove a label',
  description:
    'Takes a label off its version. Its history and its protection stay. Fails with FORBIDDEN if it is protected, and with UNPROCESSABLE for `production` in the environment `default`.',
  auth: permission('prompts:activate'),
  params: labelParams,
  query: environmentQuery,
  status: 204,
  reply: empty,
  errors: ['NOT_FOUND', 'UNPROCESSABLE', 'DEPENDENCY_UNAVAILABLE'],
});

const ProtectLabelRequest = strictObject(
  {
    protected: Type.Boolean({ description: 'True if each move shall need the approval of a second person.' }),
    environment: environmentName,
  },
  { title: 'ProtectLabelRequest', description: 'Protection of a label.' },
);

export const protectPromptLabel = defineRoute({
  id: 'prompts.protectLabel',
  method: 'PUT',
  path: '/api/prompts/:promptKey/labels/:label/protection',
  summary: 'Protect a label',
  description:
    'A protected label moves only by a proposal that a second person approves, for sessions and API keys alike. A label can be protected before its first move.',
  auth: permission('prompts:protect'),
  params: labelParams,
  body: ProtectLabelRequest,
  example: { protected: false },
  reply: data(PromptLabel),
  errors: ['NOT_FOUND', 'DEPENDENCY_UNAVAILABLE'],
});

export const listPromptLabelMoves = defineRoute({
  id: 'prompts.listLabelMoves',
  method: 'GET',
  path: '/api/prompts/:promptKey/labels/:label/history',
  summary: 'List the moves of a label',
  description: 'Every move of a label in an environment, newest first.',
  auth: permission('prompts:read'),
  params: labelParams,
  query: listQuery({ environment: environmentName }),
  reply: list(PromptLabelMove),
  errors: ['DEPENDENCY_UNAVAILABLE'],
});

export const listPromptLabelProposals = defineRoute({
  id: 'prompts.listLabelProposals',
  method: 'GET',
  path: '/api/prompts/:promptKey/labels/:label/proposals',
  summary: 'List the proposed moves of a label',
  description: 'Proposals for a label in an environment, newest first.',
  auth: permission('prompts:write'),
  params: labelParams,
  query: listQuery({ environment: environmentName }),
  reply: list(PromptLabelProposal),
  errors: ['DEPENDENCY_UNAVAILABLE'],
});

const ProposeLabelMoveRequest = strictObject(
  {
    version: versionNumber('Version to which the label shall move.'),
    environment: environmentName,
    reason,
  },
  { title: 'ProposeLabelMoveRequest', description: 'A proposed move of a label.' },
);

export const proposePromptLabelMove = defineRoute({
  id: 'prompts.proposeLabelMove',
  method: 'POST',
  path: '/api/prompts/:promptKey/labels/:label/proposals',
  summary: 'Propose a move of a label',
  description: 'Proposes a move, which takes effect when a second person approves it.',
  auth: permission('prompts:write'),
  params: labelParams,
  body: ProposeLabelMoveRequest,
  example: { version: 1, reason: 'Scores better with all testers' },
  idempotent: true,
  status: 201,
  reply: data(PromptLabelProposal),
  errors: ['NOT_FOUND', 'DEPENDENCY_UNAVAILABLE'],
});

const proposalParams = Type.Object({
  promptKey,
  label: labelName,
  proposalId: field.uuid('Id of the proposal.'),
});

export const approvePromptLabelMove = defineRoute({
  id: 'prompts.approveLabelMove',
  method: 'POST',
  path: '/api/prompts/:promptKey/labels/:label/proposals/:proposalId/approve',
  summary: 'Approve a proposed move',
  description:
    'Moves the label. Fails with FORBIDDEN for the user who proposed the move, with CONFLICT if the proposal is decided or the label has moved since, and with UNPROCESSABLE and the reasons if the version does not pass the gate of the label.',
  auth: permission('prompts:activate'),
  params: proposalParams,
  reply: data(PromptLabelProposal),
  errors: ['NOT_FOUND', 'CONFLICT', 'UNPROCESSABLE', 'DEPENDENCY_UNAVAILABLE'],
});

export const rejectPromptLabelMove = defineRoute({
  id: 'prompts.rejectLabelMove',
  method: 'POST',
  path: '/api/prompts/:promptKey/labels/:label/proposals/:proposalId/reject',
  summary: 'Reject a proposed move',
  description: 'Closes a proposal without a move. Fails with CONFLICT if it is already decided.',
  auth: permission('prompts:write'),
  params: proposalParams,
  reply: data(PromptLabelProposal),
  errors: ['NOT_FOUND', 'CONFLICT', 'DEPENDENCY_UNAVAILABLE'],
});
