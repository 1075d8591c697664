import { isShareable, readAnswer } from '../protocol/answer-reader.ts';
import { type CompletionAnswer, type Reported, usageIn } from '../protocol/completion.ts';
import type { WholeAnswer } from '../providers/transport/transport.ts';
import type { AdmissionOutcome, createAdmitCompletion } from './admit-completion.ts';
import { type AnswerFacts, factsOf, outcomeOf, type Source, writeRecord } from './answer.ts';
import { type CallProvider, type createTryCandidates, type Served, unexpectedError } from './attempts.ts';
import type { AnswerLabels, CompletionObserver } from './observer.ts';
import type { CompletionRequest, createPrepare, Prepared } from './request.ts';

/** Dependencies of whole and streamed completions. */
export interface ServeDependencies {
  readonly prepare: ReturnType<typeof createPrepare>;
  readonly admitCompletion: ReturnType<typeof createAdmitCompletion>;
  readonly tryCandidates: ReturnType<typeof createTryCandidates>;
  readonly observer: CompletionObserver;
}

/** A stored answer. */
export type Stored = Extract<AdmissionOutcome, { kind: 'stored' }>;

/** A provider's answer that has begun, or is whole. It must be booked: by `book`, or as a failure of its reservation. */
export interface Begun<T> extends Served<T> {
  readonly kind: 'begun';
  readonly prepared: Prepared;
  readonly admitted: Extract<AdmissionOutcome, { kind: 'admitted' }>;
  readonly source: Source;
  /** Arrival of the request, on the monotonic clock. */
  readonly startedAt: number;
}

/** Finds a stored answer, or the first provider that serves the request. Throws AppError. */
export async function begin<T>(
  { prepare, admitCompletion, tryCandidates, observer }: ServeDependencies,
  request: CompletionRequest,
  callProvider: CallProvider<T>,
): Promise<Stored | Begun<T>> {
  const startedAt = performance.now();
  const prepared = prepare(request);
  const admitted = await admitCompletion(prepared);
  if (admitted.kind === 'stored') {
    observer.answered(admitted.source, { startedAt, waitedMs: 0 });
    return admitted;
  }
  const { served, attempt, callObserver, firstCallAt } = await tryCandidates(
    prepared,
    admitted.first,
    admitted.reservation,
    callProvider,
  );
  return {
    kind: 'begun',
    prepared,
    admitted,
    source: { kind: 'provider', asked: admitted.asked },
    startedAt,
    served,
    attempt,
    callObserver,
    firstCallAt,
  };
}

/** Returns true if the answer may be stored, for its cache key or idempotency key. */
export const isStored = ({ admitted, prepared }: Begun<unknown>): boolean =>
  admitted.isCached || prepared.request.idempotency !== undefined;

/**
 * Books an answer before its end is sent, and returns its metadata. `text` is what is stored, if anything. The cache takes only
 * a shareable answer: one that is cut off, filtered, refused or empty is stored only under its idempotency key.
 */
export async function book(
  { observer }: Pick<ServeDependencies, 'observer'>,
  begun: Begun<unknown>,
  answer: {
    readonly reported: Reported;
    readonly labels: AnswerLabels;
    readonly text: string | undefined;
    readonly isShareable: boolean;
  },
): Promise<AnswerFacts> {
  const { attempt, admitted, callObserver, source, startedAt, firstCallAt } = begun;
  const servedAt = performance.now();
  const outcome = outcomeOf(attempt, answer.reported);
  const facts = factsOf(attempt, outcome, servedAt - startedAt);
  const record = answer.text === undefined ? undefined : writeRecord(facts, answer.text);
  await admitted.reservation.succeeded(attempt, outcome, { record, isShareable: answer.isShareable });
  callObserver.succeeded(facts, answer.labels);
  observer.answered(source, { startedAt, waitedMs: servedAt - firstCallAt });
  return facts;
}

/** A whole answer, in the provider's own bytes. */
export interface WholeCompletion {
  readonly source: Source;
  readonly facts: AnswerFacts;
  readonly bytes: Buffer;
  /** The answer, parsed. */
  answer(): CompletionAnswer;
}

/** Serves a request with a whole answer: a stored one, or that of the first provider that succeeds. Throws AppError. */
export type Complete = (request: CompletionRequest) => Promise<WholeCompletion>;

export function createComplete(dependencies: ServeDependencies): Complete {
  return async (request) => {
    const begun = await begin(dependencies, request, (client, { candidate, asFallback }, call) =>
      client.complete(candidate.model, call, asFallback),
    );
    if (begun.kind === 'stored') {
      const { facts, text } = begun.record;
      return {
        source: begun.source,
        facts,
        bytes: text,
        answer: () => readAnswer(JSON.parse(text.toString())),
      };
    }
    const { served, source, attempt, admitted } = begun;
    const { answer, bytes } = served;
    try {
      const facts = await book(dependencies, begun, {
        reported: { usage: usageIn(answer), tier: answer.service_tier, answerBytes: bytes.length },
        labels: labelsOf(served),
        text: isStored(begun) ? bytes.toString('utf8') : undefined,
        isShareable: isShareable(answer),
      });
      return { source, facts, bytes, answer: () => answer };
    } catch (error) {
      // Repeating a settlement changes nothing.
      await admitted.reservation.failed(attempt, unexpectedError(error, attempt), undefined);
      throw error;
    }
  };
}

function labelsOf({ answer: { id, model, choices } }: WholeAnswer): AnswerLabels {
  return {
    id: typeof id === 'string' ? id : undefined,
    model: typeof model === 'string' ? model : undefined,
    finishReasons: choices.flatMap(({ finish_reason: reason }) => reason ?? []),
  };
}
