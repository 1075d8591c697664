import type { promptRegistryContract } from '@valuecanvas/contracts-prompt-registry';
import type { HandlersOf } from '@valuecanvas/service-kit';
import type { LabelsService } from './labels.service.ts';

export const labelRoutes = (labels: LabelsService) =>
  ({
    activatePromptVersion: (call) => labels.activate(call, call.params.promptKey, call.params.version),
    listPromptLabels: ({ params, query, page }) => labels.list(params.promptKey, query, page),
    movePromptLabel: (call) => labels.move(call, call.params, call.body),
    removePromptLabel: (call) => labels.remove(call, call.params, call.query),
    protectPromptLabel: (call) => labels.protect(call, call.params, call.body),
    listPromptLabelMoves: ({ params, query, page }) => labels.moves(params, query, page),
    listPromptLabelProposals: ({ params, query, page }) => labels.proposals(params, query, page),
    proposePromptLabelMove: (call) => labels.propose(call, call.params, call.body, call.keep),
    approvePromptLabelMove: (call) => labels.approve(call, call.params, call.params.proposalId),
    rejectPromptLabelMove: (call) => labels.reject(call, call.params, call.params.proposalId),
  }) satisfies Partial<HandlersOf<typeof promptRegistryContract>>;
