import type { Kit } from '@valuecanvas/service-kit';
import type { ProviderError } from '../providers/provider-error.ts';
import type { ProviderCheck } from '../providers/transport/transport.ts';

/** `refused`: the provider refuses our key or account. `unreachable`: no connection to it can be established. */
export type ProviderProblem = 'refused' | 'unreachable';

/** The condition of one provider as calls and checks experience it, beside its circuit breakers. */
export interface ProviderCondition {
  /** Undefined if the provider is well, as far as known. */
  problem(): ProviderProblem | undefined;
  /** False until the first check or call has ended. */
  isKnown(): boolean;
  /** Records a call that the provider has served. */
  succeeded(): void;
  failed(error: ProviderError): void;
  checked(check: ProviderCheck): void;
}

export type ConditionLog = Pick<Kit['log'], 'error' | 'warn' | 'info'>;

/** Consecutive connections that must fail, so that the restart of a provider is no problem. */
const maxFailedConnections = 3;

/** Logs each change once. The log contains no message of a failed call, which may repeat the prompt. */
export function createProviderCondition(provider: string, log: ConditionLog): ProviderCondition {
  let problem: ProviderProblem | undefined;
  /** True if a check has found the problem, so that a check can tell that it is over. Some providers list models without a key. */
  let isCheckable = true;
  let isKnown = false;
  let failedConnections = 0;

  function become(next: ProviderProblem, why: object, checkable: boolean): void {
    isKnown = true;
    isCheckable = checkable;
    if (problem === next) return;
    problem = next;
    const fields = { provider, ...why };
    if (next === 'refused') log.error(fields, 'provider: key or account refused');
    else log.warn(fields, 'provider: unreachable');
  }

  function recover(): void {
    isKnown = true;
    failedConnections = 0;
    if (problem === undefined) return;
    problem = undefined;
    log.info({ provider }, 'provider: recovered');
  }

  return {
    problem: () => problem,
    isKnown: () => isKnown,
    succeeded() {
      if (!isKnown || problem !== undefined || failedConnections > 0) recover();
    },
    failed({ isLasting, statusCode, code, fault, billed, cause }) {
      if (isLasting) return become('refused', { statusCode, errorCode: code }, false);
      if (statusCode !== undefined) {
        failedConnections = 0;
        if (problem === 'unreachable') recover();
      } else if (billed === 'no' && (fault === 'unavailable' || fault === 'timeout')) {
        failedConnections += 1;
        if (failedConnections >= maxFailedConnections)
          become('unreachable', { reason: systemCodeOf(cause) }, true);
      }
    },
    checked(check) {
      if (check.kind === 'refused') {
        become('refused', { statusCode: check.statusCode, reason: check.message }, true);
      } else if (check.kind === 'unreachable') {
        if (problem !== 'refused') become('unreachable', { reason: check.reason }, true);
      } else if (isCheckable || problem === undefined) recover();
    },
  };
}

const systemCodeOf = (cause: unknown) => (cause instanceof Error && 'code' in cause ? cause.code : undefined);
