import { defineContract } from '@valuecanvas/contracts-core';
import { evaluateFlags, explainFlag } from './evaluate.ts';
import {
  createFlag,
  deleteFlag,
  getFlag,
  listFlags,
  listFlagVersions,
  restoreFlagVersion,
  updateFlag,
} from './flags.ts';
import { ofrep } from './ofrep/ofrep-dialect.ts';
import { ofrepEvaluate, ofrepEvaluateAll, ofrepEvents } from './ofrep/ofrep-routes.ts';
import { getFlagSnapshot } from './snapshot.ts';

export { Comparison, FlagCondition } from './condition.ts';
export { Evaluation, type FlagExplanation } from './evaluate.ts';
export {
  CreateFlagRequest,
  Flag,
  type FlagVersion,
  modelFlagKey,
  Prerequisite,
  RolloutRule,
  reservedKeys,
  suppliedAttributes,
  Targeting,
  TargetingRule,
  UpdateFlagRequest,
  Variant,
} from './flag.ts';
export { targetingKeyPath } from './ofrep/ofrep-dialect.ts';
export {
  type OfrepBulkEvaluation,
  type OfrepChange,
  type OfrepContext,
  type OfrepEvaluation,
  ofrepEventsPath,
} from './ofrep/ofrep-routes.ts';
export { FlagRule, FlagSnapshot, flagsChannel } from './snapshot.ts';

export const featureFlagsContract = defineContract({
  service: 'feature-flags',
  title: 'Flags',
  description: 'Feature flags with targeting, gradual rollout and variants.',
  prefixes: ['/api/flags', '/ofrep/v1'],
  dialects: { '/ofrep/v1': ofrep },
  callers: ['gateway'],
  routes: {
    listFlags,
    createFlag,
    getFlag,
    updateFlag,
    deleteFlag,
    listFlagVersions,
    restoreFlagVersion,
    evaluateFlags,
    explainFlag,
    getFlagSnapshot,
    ofrepEvaluate,
    ofrepEvaluateAll,
    ofrepEvents,
  },
});
