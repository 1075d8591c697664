import { defineContract } from '@valuecanvas/contracts-core';
import {
  completeExperiment,
  createExperiment,
  getExperiment,
  getExperimentResults,
  listExperiments,
  startExperiment,
} from './ab-tests.ts';
import { abortCanary, approveCanary, createCanary, getCanary, listCanaries } from './canaries.ts';
import {
  createDataset,
  getDataset,
  listDatasetCases,
  listDatasets,
  listDatasetVersions,
} from './datasets.ts';
import { evaluateCase, getEvaluationWork } from './evaluation-work.ts';
import {
  cancelEvaluation,
  compareEvaluation,
  getEvaluation,
  listEvaluationResults,
  listEvaluations,
  startEvaluation,
} from './evaluations.ts';
import { checkPromptGate, getPromptGate, removePromptGate, setPromptGate } from './gates.ts';
import {
  approvePromptLabelMove,
  listPromptLabelMoves,
  listPromptLabelProposals,
  listPromptLabels,
  movePromptLabel,
  proposePromptLabelMove,
  protectPromptLabel,
  rejectPromptLabelMove,
  removePromptLabel,
} from './labels.ts';
import { getPromptSnapshot } from './snapshot.ts';
import { getPrompt, listExecutions, postExecutionMetric, rateExecution, renderPrompt } from './use-prompt.ts';
import {
  activatePromptVersion,
  createPromptVersion,
  diffPromptVersions,
  getPromptVersion,
  listPrompts,
  listPromptVersions,
} from './versions.ts';

export {
  type ArmComparison,
  builtInMetrics,
  CreateExperimentRequest,
  Experiment,
  type ExperimentArm,
  type ExperimentMetric,
  ExperimentResults,
  type MetricResult,
} from './ab-tests.ts';
export type { Canary, CanaryGuardrails, CreateCanaryRequest, ObservedCanary } from './canaries.ts';
export {
  CreateDatasetRequest,
  Dataset,
  DatasetCase,
  maxCases,
  NumberedCase,
} from './datasets.ts';

export { promptEvaluation } from './evaluation-work.ts';
export {
  type CaseChange,
  EvaluationComparison,
  EvaluationResult,
  EvaluationSummary,
  PromptEvaluation,
  type StartEvaluationRequest,
} from './evaluations.ts';
export { type PromptExecution, promptExecution } from './execution-fact.ts';
export type {
  GateReason,
  GateVerdict,
  PromptGate,
  SetGateRequest,
} from './gates.ts';
export { Grade, Grader } from './graders.ts';
export {
  defaultEnvironment,
  PromptLabel,
  PromptLabelMove,
  PromptLabelProposal,
  productionLabel,
} from './labels.ts';
export {
  alwaysGiven,
  EmbeddedPrompt,
  maxEmbedDepth,
  maxTemplateLength,
  PromptMessage,
  PromptMetadata,
  PromptPerformance,
  PromptVariable,
  PromptVersion,
  RenderedMessage,
  reservedKeys,
} from './prompt-version.ts';
export {
  ActivePrompt,
  getPromptSnapshot,
  PromptSnapshot,
  type PromptTrial,
  promptsChannel,
} from './snapshot.ts';
export { OwnExecution, type PromptValue, RenderedPrompt } from './use-prompt.ts';
export {
  CreatePromptVersionRequest,
  type DiffLine,
  type FieldChange,
  PinnedPromptVersion,
  PromptDiff,
  PromptSummary,
} from './versions.ts';

export const promptRegistryContract = defineContract({
  service: 'prompt-registry',
  title: 'Prompts',
  description:
    'Prompts as immutable versions, with labels that point at them, usage statistics and user ratings.',
  prefixes: ['/api/prompts'],
  callers: ['gateway'],
  routes: {
    listPrompts,
    listPromptVersions,
    createPromptVersion,
    activatePromptVersion,
    getPromptVersion,
    diffPromptVersions,
    listPromptLabels,
    movePromptLabel,
    removePromptLabel,
    protectPromptLabel,
    listPromptLabelMoves,
    listPromptLabelProposals,
    proposePromptLabelMove,
    approvePromptLabelMove,
    rejectPromptLabelMove,
    listExperiments,
    createExperiment,
    getExperiment,
    startExperiment,
    completeExperiment,
    getExperimentResults,
    listCanaries,
    createCanary,
    getCanary,
    approveCanary,
    abortCanary,
    setPromptGate,
    getPromptGate,
    removePromptGate,
    checkPromptGate,
    createDataset,
    listDatasets,
    getDataset,
    listDatasetVersions,
    listDatasetCases,
    startEvaluation,
    listEvaluations,
    getEvaluation,
    listEvaluationResults,
    compareEvaluation,
    cancelEvaluation,
    getEvaluationWork,
    evaluateCase,
    getPrompt,
    renderPrompt,
    listExecutions,
    rateExecution,
    postExecutionMetric,
    getPromptSnapshot,
  },
});
