import {
  AppError,
  anonymous,
  isInternal,
  type Permission,
  type Principal,
  permissions,
} from '@valuecanvas/contracts-core';
import { authorize } from '@valuecanvas/service-kit';
import { apiKeyPrincipal, userPrincipal } from '@valuecanvas/testing';
import { describe, expect, test } from 'vitest';
import { contracts } from '../src/contracts.ts';

const routes = contracts
  .flatMap((contract) => Object.values(contract.routes))
  .filter((route) => !isInternal(route));

/**
 * The sensitive operations with the permission that each requires, stated here and not read from the contracts. All other
 * operations must be open to every user, and closed to API keys except those with a permission of `user`.
 */
const sensitive: Readonly<Record<string, Permission>> = {
  'admin.listUsers': 'users:read',
  'admin.getUser': 'users:read',
  'admin.updateUser': 'users:write',
  'admin.deleteUser': 'users:write',
  'admin.createPasswordResetLink': 'users:write',
  'admin.listUserApiKeys': 'users:read',
  'admin.revokeUserApiKey': 'users:write',
  'admin.listAudit': 'audit:read',
  'flags.list': 'flags:read',
  'flags.get': 'flags:read',
  'flags.explain': 'flags:read',
  'flags.listVersions': 'flags:read',
  'flags.restoreVersion': 'flags:write',
  'flags.create': 'flags:write',
  'flags.update': 'flags:write',
  'flags.delete': 'flags:write',
  'prompts.list': 'prompts:write',
  'prompts.createVersion': 'prompts:write',
  'prompts.activateVersion': 'prompts:activate',
  'prompts.moveLabel': 'prompts:activate',
  'prompts.removeLabel': 'prompts:activate',
  'prompts.approveLabelMove': 'prompts:activate',
  'prompts.protectLabel': 'prompts:protect',
  'prompts.listLabelProposals': 'prompts:write',
  'prompts.proposeLabelMove': 'prompts:write',
  'prompts.rejectLabelMove': 'prompts:write',
  'prompts.listExperiments': 'prompts:write',
  'prompts.createExperiment': 'prompts:write',
  'prompts.getExperiment': 'prompts:write',
  'prompts.startExperiment': 'prompts:write',
  'prompts.completeExperiment': 'prompts:write',
  'prompts.getExperimentResults': 'prompts:write',
  'prompts.listCanaries': 'prompts:write',
  'prompts.getCanary': 'prompts:write',
  'prompts.createCanary': 'prompts:activate',
  'prompts.approveCanary': 'prompts:activate',
  'prompts.abortCanary': 'prompts:activate',
  'prompts.createDataset': 'prompts:write',
  'prompts.listDatasets': 'prompts:write',
  'prompts.getDataset': 'prompts:write',
  'prompts.listDatasetVersions': 'prompts:write',
  'prompts.listDatasetCases': 'prompts:write',
  'prompts.startEvaluation': 'prompts:write',
  'prompts.listEvaluations': 'prompts:write',
  'prompts.getEvaluation': 'prompts:write',
  'prompts.listEvaluationResults': 'prompts:write',
  'prompts.compareEvaluation': 'prompts:write',
  'prompts.cancelEvaluation': 'prompts:write',
  'prompts.checkGate': 'prompts:write',
  'prompts.setGate': 'prompts:protect',
  'prompts.removeGate': 'prompts:protect',
  'llm.resetBreakers': 'llm:operate',
  'llm.listBreakerChanges': 'llm:operate',
  'llm.clearCache': 'llm:operate',
  'llm.getPlatformCosts': 'costs:read',
  'llm.getUserCosts': 'costs:read',
  'llm.getPlatformAlerts': 'costs:read',
  'llm.acknowledgeAlert': 'alerts:acknowledge',
  'jobs.list': 'jobs:read',
  'jobs.get': 'jobs:read',
  'jobs.cancel': 'jobs:write',
  'jobs.redrive': 'jobs:write',
  'notifications.list': 'notifications:read',
  'notifications.redeliver': 'notifications:write',
};

/** The operations that an API key with a permission of `user` may call. */
const forKeysOfUsers: Readonly<Record<string, Permission>> = {
  'llm.chat': 'llm',
  'llm.createChatCompletion': 'llm',
  'llm.getModel': 'llm',
  'llm.listModels': 'llm',
  'flags.evaluate': 'flags:evaluate',
  'ofrep.evaluate': 'flags:evaluate',
  'ofrep.evaluateAll': 'flags:evaluate',
  'prompts.listVersions': 'prompts:read',
  'prompts.get': 'prompts:read',
  'prompts.getVersion': 'prompts:read',
  'prompts.diff': 'prompts:read',
  'prompts.listLabels': 'prompts:read',
  'prompts.listLabelMoves': 'prompts:read',
  'prompts.render': 'prompts:read',
  'prompts.getGate': 'prompts:read',
};

/** Operations that the role `operator` must never reach. */
const beyondOperators: readonly string[] = [
  'admin.listUsers',
  'admin.getUser',
  'admin.updateUser',
  'admin.deleteUser',
  'admin.createPasswordResetLink',
  'admin.listUserApiKeys',
  'admin.revokeUserApiKey',
  'admin.listAudit',
  'prompts.protectLabel',
  'prompts.setGate',
  'prompts.removeGate',
];

const statusOf = (id: string, principal: Principal): number => {
  const route = routes.find((one) => one.id === id);
  if (!route) throw new Error(`There is no operation ${id}.`);
  try {
    authorize(route.auth, principal);
    return 200;
  } catch (error) {
    if (error instanceof AppError) return error.status;
    throw error;
  }
};

const isOpen = (id: string) => statusOf(id, anonymous) === 200;
const guarded = routes.map(({ id }) => id).filter((id) => !isOpen(id));

test('every sensitive operation exists', () => {
  const ids = routes.map(({ id }) => id);
  expect(ids).toEqual(expect.arrayContaining([...Object.keys(sensitive), ...Object.keys(forKeysOfUsers)]));
});

describe.each(guarded)('%s', (id) => {
  const required = sensitive[id];
  const grantable = required ?? forKeysOfUsers[id];

  test('refuses a request without credentials and a service', () => {
    expect(statusOf(id, anonymous)).toBe(401);
    expect(statusOf(id, { kind: 'service', service: 'gateway' })).toBe(403);
  });

  test('accepts the intended roles', () => {
    const allowed = (role: string) => statusOf(id, userPrincipal({ role })) === 200;
    expect({ user: allowed('user'), operator: allowed('operator'), admin: allowed('admin') }).toEqual({
      user: required === undefined,
      operator: !beyondOperators.includes(id),
      admin: true,
    });
  });

  test.each(permissions)('accepts a role and an API key with %s only if intended', (held) => {
    const custom = userPrincipal({ role: 'custom', permissions: [held] });
    const plain = required === undefined && forKeysOfUsers[id] === undefined;
    expect(statusOf(id, custom)).toBe(plain || held === grantable ? 200 : 403);
    expect(statusOf(id, apiKeyPrincipal([held]))).toBe(held === grantable ? 200 : 403);
  });

  test('refuses users and API keys without permissions if it requires one', () => {
    expect(statusOf(id, userPrincipal({ role: 'admin', permissions: [] }))).toBe(grantable ? 403 : 200);
    expect(statusOf(id, apiKeyPrincipal([]))).toBe(403);
  });
});
