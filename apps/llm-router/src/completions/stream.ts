import type { AppError } from '@valuecanvas/contracts-core';
import { ProviderError } from '../providers/provider-error.ts';
import type { StreamEvent } from '../providers/stream-event.ts';
import type { ProviderStream } from '../providers/transport.ts';
import { type AnswerFacts, writeRecord } from './answer-record.ts';
import type { Served } from './attempts.ts';
import type { CompletionRequest } from './completion-request.ts';
import type { CompletionDependencies } from './dependencies.ts';
import type { Entry } from './enter.ts';
import { toAppError } from './failover-error.ts';
import { factsOf, outcomeOf } from './outcome.ts';
import type { Prepared } from './prepare.ts';
import { storedEvents } from './stored-events.ts';
import { createStreamTrack, type StreamTrack } from './stream-track.ts';
import { createTranscript, noTranscript } from './transcript.ts';
import { upstreamCall } from './upstream.ts';
import type { Source } from './whole-completion.ts';

/** Receives the events of a streamed answer, and its end. */
export interface StreamReader {
  /** Returns a promise if the reader applies backpressure. */
  take(events: readonly StreamEvent[]): Promise<void> | undefined;
  /** The answer is complete and booked. */
  done(facts: AnswerFacts): void;
  /** The answer has broken off. */
  broken(error: AppError): void;
}

/** A streamed answer that has started. */
export interface StreamedCompletion {
  readonly source: Source;
  readonly provider: string;
  readonly model: string;
  /** Sends the answer to a reader. Resolves when it has ended in any way, and is booked. */
  readTo(reader: StreamReader): Promise<void>;
}

/** Serves a request with a stream: a stored one, or that of the first provider that starts one. Throws AppError before. */
export type Stream = (request: CompletionRequest) => Promise<StreamedCompletion>;

export function createStream(dependencies: CompletionDependencies): Stream {
  const { prepare, enter, tryInTurn, upstream, watch } = dependencies;
  return async (request) => {
    const startedAt = performance.now();
    const prepared = prepare(request);
    const entry = await enter(prepared);
    if (entry.kind === 'stored') {
      watch.answered(entry.source, { startedAt, waitedMs: 0 });
      return storedStream(entry);
    }
    const { first, reservation } = entry;
    const begun = await tryInTurn(prepared, first, reservation, (line, attempt) =>
      line.stream(attempt.candidate.model, upstreamCall(request, attempt, upstream), attempt.asFallback),
    );
    const live = liveStream(dependencies, { ...begun, prepared, entry, startedAt });
    return {
      source: sourceOf(entry),
      provider: begun.attempt.candidate.line.provider.id,
      model: begun.attempt.candidate.model,
      readTo: live,
    };
  };
}

function storedStream({ source, record }: Extract<Entry, { kind: 'stored' }>): StreamedCompletion {
  const { facts, text } = record;
  return {
    source,
    provider: facts.provider,
    model: facts.model,
    async readTo(reader) {
      await reader.take(storedEvents(text));
      reader.done(facts);
    },
  };
}

const sourceOf = ({ asked }: Admitted): Source => ({ kind: 'provider', asked });

type Admitted = Extract<Entry, { kind: 'admitted' }>;

interface Live extends Served<ProviderStream> {
  readonly prepared: Prepared;
  readonly entry: Admitted;
  /** Arrival of the request, on the monotonic clock. */
  readonly startedAt: number;
}

function liveStream(
  { watch, maxKeptBytes }: CompletionDependencies,
  live: Live,
): StreamedCompletion['readTo'] {
  const { prepared, entry, attempt, served, callWatch } = live;
  const { request } = prepared;
  const { reservation, isCached } = entry;
  callWatch.firstEvent();
  const isKept = isCached || request.idempotency !== undefined;

  return async (reader) => {
    const track = createStreamTrack();
    const transcript = isKept ? createTranscript(maxKeptBytes) : noTranscript;
    try {
      for await (const batch of served.events) {
        for (const event of batch) if (!event.done && track.see(event)) transcript.add(event.bytes);
        const full = reader.take(batch);
        if (full) await full;
      }
    } catch (error) {
      reader.broken(await brokenOff(error, live, track));
      return;
    }
    const servedAt = performance.now();
    const outcome = outcomeOf(attempt, track.reported());
    const facts = factsOf(attempt, outcome, servedAt - live.startedAt);
    const text = transcript.text();
    await reservation.succeeded(attempt, outcome, text === undefined ? undefined : writeRecord(facts, text));
    reader.done(facts);
    callWatch.succeeded(facts, track.labels());
    watch.answered(sourceOf(entry), { startedAt: live.startedAt, waitedMs: servedAt - live.askedAt });
  };
}

/** Books the received part of an answer that broke off, and returns the reader's error. */
async function brokenOff(error: unknown, live: Live, track: StreamTrack): Promise<AppError> {
  const { prepared, entry, attempt, served, callWatch } = live;
  const { call, body } = prepared.request;
  const { line } = attempt.candidate;
  served.cancel();
  const failure =
    error instanceof ProviderError
      ? error
      : new ProviderError('bad_response', line.provider.id, 'unexpected', { cause: error, billed: 'maybe' });
  callWatch.failed(failure);
  const seen = outcomeOf(attempt, track.reported());
  await entry.reservation.failed(attempt, failure, undefined, seen);
  return toAppError([failure], { model: body.model, signal: call.signal });
}
