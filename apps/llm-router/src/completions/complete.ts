import type { WholeAnswer } from '../providers/transport.ts';
import { usageIn } from '../providers/usage-in.ts';
import { writeRecord } from './answer-record.ts';
import type { CompletionRequest } from './completion-request.ts';
import type { CompletionDependencies } from './dependencies.ts';
import { factsOf, outcomeOf } from './outcome.ts';
import { upstreamCall } from './upstream.ts';
import type { AnswerLabels } from './watch.ts';
import type { WholeCompletion } from './whole-completion.ts';

/** Serves a request with a whole answer: a stored one, or that of the first provider that succeeds. Throws AppError. */
export type Complete = (request: CompletionRequest) => Promise<WholeCompletion>;

export function createComplete({
  prepare,
  enter,
  tryInTurn,
  upstream,
  watch,
}: CompletionDependencies): Complete {
  return async (request) => {
    const startedAt = performance.now();
    const prepared = prepare(request);
    const entry = await enter(prepared);
    if (entry.kind === 'stored') {
      const { facts, text } = entry.record;
      watch.answered(entry.source, { startedAt, waitedMs: 0 });
      return {
        source: entry.source,
        facts,
        bytes: text,
        answer: () => JSON.parse(text.toString()),
      };
    }
    const { first, reservation, isCached, asked } = entry;
    const { served, attempt, callWatch, askedAt } = await tryInTurn(
      prepared,
      first,
      reservation,
      (line, attempt) =>
        line.complete(attempt.candidate.model, upstreamCall(request, attempt, upstream), attempt.asFallback),
    );
    const servedAt = performance.now();
    const outcome = outcomeOf(attempt, {
      usage: usageIn(served.answer),
      tier: served.answer.service_tier,
      answerBytes: served.bytes.length,
    });
    const facts = factsOf(attempt, outcome, servedAt - startedAt);
    const isKept = isCached || request.idempotency !== undefined;
    await reservation.succeeded(
      attempt,
      outcome,
      isKept ? writeRecord(facts, served.bytes.toString('utf8')) : undefined,
    );
    const source = { kind: 'provider', asked } as const;
    callWatch.succeeded(facts, labelsOf(served));
    watch.answered(source, { startedAt, waitedMs: servedAt - askedAt });
    return { source, facts, bytes: served.bytes, answer: () => served.answer };
  };
}

function labelsOf({ answer: { id, model, choices } }: WholeAnswer): AnswerLabels {
  return {
    id: typeof id === 'string' ? id : undefined,
    model: typeof model === 'string' ? model : undefined,
    finishReasons: choices.flatMap(({ finish_reason: reason }) => reason ?? []),
  };
}
