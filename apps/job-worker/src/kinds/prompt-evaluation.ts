import type { CallContext } from '@valuecanvas/contracts-core';
import type { promptRegistryContract } from '@valuecanvas/contracts-prompt-registry';
import type { ClientOf } from '@valuecanvas/http-client';
import type { JobKinds } from './job-kinds.ts';

type Registry = Pick<ClientOf<typeof promptRegistryContract>, 'getEvaluationWork' | 'evaluateCase'>;

/** Model calls of a case that wait for each other: the answer, and the judges of the answer. */
const callsOfCase = 2;

/** Time beyond the model calls within which the registry grades the answer and stores the result. */
const marginMs = 30_000;

/**
 * Evaluates the cases of a run that have no result, several at a time. The registry stores each result at once, so an attempt
 * continues where an earlier one ended. The first failure stops the attempt.
 */
export function createPromptEvaluation(
  registry: Registry,
  modelDeadlineMs: number,
): JobKinds['prompt_evaluation'] {
  const caseTimeoutMs = callsOfCase * modelDeadlineMs + marginMs;
  return async ({ evaluationId: id }, call) => {
    const { positions, concurrency } = await registry.getEvaluationWork({ params: { id } }, call);
    const rest = positions.values();
    const stopped = new AbortController();
    const evaluateRest = async (): Promise<void> => {
      for (const position of rest) {
        if (stopped.signal.aborted) return;
        call.signal.throwIfAborted();
        const { running } = await registry.evaluateCase(
          { params: { id }, body: { position } },
          within(caseTimeoutMs, call),
        );
        if (!running) stopped.abort();
      }
    };
    const lanes = Array.from({ length: concurrency }, () =>
      evaluateRest().catch((error: unknown) => {
        stopped.abort();
        throw error;
      }),
    );
    const ended = await Promise.allSettled(lanes);
    const failed = ended.find(({ status }) => status === 'rejected');
    if (failed?.status === 'rejected') throw failed.reason;
    return undefined;
  };
}

/** Limits the time of one call, beside the deadline of the attempt. */
function within(timeoutMs: number, call: CallContext): CallContext {
  const endsAt = performance.now() + timeoutMs;
  return {
    ...call,
    signal: AbortSignal.any([call.signal, AbortSignal.timeout(timeoutMs)]),
    remainingMs: () => Math.max(0, Math.min(call.remainingMs(), endsAt - performance.now())),
  };
}
