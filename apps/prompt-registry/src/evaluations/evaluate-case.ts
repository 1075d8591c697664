import { AppError, type CallContext, type ErrorCode } from '@valuecanvas/contracts-core';
import type { llmRouterContract } from '@valuecanvas/contracts-llm-router';
import type { ClientOf } from '@valuecanvas/http-client';
import { toDollars } from '@valuecanvas/money';
import { createPromptRenderer, type TemplateValues } from '@valuecanvas/prompts-sdk';
import type { EmbedsService } from '../embeds/embeds.service.ts';
import type { VersionsStore } from '../versions/versions.store.ts';
import type { CaseToEvaluate, EvaluationsStore, NewResult } from './evaluations.store.ts';
import type { GradedAnswer } from './grading/answer.ts';
import { gradeAnswer } from './grading/grade-answer.ts';
import { type JudgeGrader, judgeRequest, readVerdict } from './grading/judge.ts';

/** Errors by which a case fails: another attempt would have the same outcome. All others end the attempt of the job. */
const outcomes: readonly ErrorCode[] = [
  'VALIDATION_FAILED',
  'PAYLOAD_TOO_LARGE',
  'MODEL_NOT_FOUND',
  'LLM_BAD_RESPONSE',
  'LLM_TIMEOUT',
  'DEADLINE_EXCEEDED',
];

export type EvaluateCase = (
  call: CallContext,
  id: string,
  position: number,
) => Promise<{ readonly running: boolean }>;

/**
 * Evaluates one case of a run, and stores the result. The calls of models have keys, so that a repeated attempt gets the answers
 * that an interrupted one has paid for.
 */
export function createEvaluateCase(options: {
  readonly store: Pick<EvaluationsStore, 'caseAt' | 'storeResult'>;
  readonly versions: Pick<VersionsStore, 'find'>;
  readonly embeds: Pick<EmbedsService, 'renderable'>;
  readonly router: Pick<ClientOf<typeof llmRouterContract>, 'chatForPlatform'>;
  /** Timeout of one call of a model. */
  readonly modelDeadlineMs: number;
}): EvaluateCase {
  const { store, versions, embeds, router, modelDeadlineMs } = options;
  const render = createPromptRenderer();

  const ask: typeof router.chatForPlatform = (request, call) => {
    const endsAt = performance.now() + modelDeadlineMs;
    return router.chatForPlatform(request, {
      requestId: call.requestId,
      principal: { kind: 'service', service: 'prompt-registry' },
      operation: call.operation,
      jobId: call.jobId,
      signal: AbortSignal.any([call.signal, AbortSignal.timeout(modelDeadlineMs)]),
      remainingMs: () => Math.max(0, Math.min(call.remainingMs(), endsAt - performance.now())),
    });
  };

  const resultOf = async (call: CallContext, key: string, given: CaseToEvaluate): Promise<NewResult> => {
    const { content, graders } = given;
    const version = await versions.find(given.promptKey, given.version);
    if (!version) throw new AppError('NOT_FOUND');
    const { messages, metadata, versionId } = render(
      await embeds.renderable(version),
      content.variables as TemplateValues,
    );
    const {
      author: _author,
      description: _about,
      tags: _tags,
      commitMessage: _why,
      ...parameters
    } = metadata;
    const answer = await ask(
      {
        body: {
          messages: messages.map(({ role, content: text }) => ({ role, content: text })),
          ...parameters,
          promptVersionId: versionId,
          requestKey: key,
        },
      },
      call,
    );
    const graded: GradedAnswer = {
      text: answer.content,
      expected: content.expected,
      variables: content.variables,
      latencyMs: answer.latency,
      cost: toDollars(BigInt(answer.costNanos)),
    };
    let gradingCostNanos = 0n;
    const judge = async (grader: JudgeGrader, index: number) => {
      const judged = await ask(
        { body: { ...judgeRequest(grader, graded), requestKey: `${key}-judge-${index}` } },
        call,
      );
      gradingCostNanos += BigInt(judged.costNanos);
      return readVerdict(judged.content);
    };
    const { score, passed, criticalFailure, grades } = await gradeAnswer(
      [...graders, ...(content.graders ?? [])],
      graded,
      content,
      judge,
    );
    return {
      score,
      weight: content.weight ?? 1,
      passed,
      critical_failure: criticalFailure,
      grades: JSON.stringify(grades),
      answer: answer.content,
      provider: answer.provider,
      model: answer.model,
      prompt_tokens: answer.usage.promptTokens,
      completion_tokens: answer.usage.completionTokens,
      cost_nanos: BigInt(answer.costNanos),
      grading_cost_nanos: gradingCostNanos,
      latency_ms: Math.round(answer.latency),
    };
  };

  return async (call, id, position) => {
    const given = await store.caseAt(id, position);
    if (!given) throw new AppError('NOT_FOUND');
    if (!given.isRunning) return { running: false };
    if (given.hasResult) return { running: true };
    const result = await resultOf(call, `evaluation-${id}-${position}`, given).catch((error: unknown) => {
      if (!call.signal.aborted && error instanceof AppError && outcomes.includes(error.code))
        return failedResult(given, error);
      throw error;
    });
    return { running: await store.storeResult(id, position, result) };
  };
}

/** A case without an answer fails all graders. */
function failedResult({ graders, content }: CaseToEvaluate, error: AppError): NewResult {
  const isCritical =
    content.critical === true || [...graders, ...(content.graders ?? [])].some((grader) => grader.critical);
  return {
    score: 0,
    weight: content.weight ?? 1,
    passed: false,
    critical_failure: isCritical,
    grades: '[]',
    error_code: error.code,
    error_message: messageOf(error),
  };
}

/** Names the first fault of a refused input. */
function messageOf({ message, details }: AppError): string {
  const [first] = Array.isArray(details) ? (details as { path?: unknown; message?: unknown }[]) : [];
  return first ? `${message} (${String(first.path)}: ${String(first.message)})` : message;
}
