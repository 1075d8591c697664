import type { AppError } from '@valuecanvas/contracts-core';
import { createSseSplitter, dataOf } from '@valuecanvas/http-client';
import { type StreamBody, type StreamSink, stream } from '@valuecanvas/service-kit';
import {
  contentBytesOf,
  hasAnswer,
  hasRefusal,
  indexOf,
  isCompleteReason,
  readChunk,
} from '../protocol/answer-reader.ts';
import {
  type ChunkData,
  type Reported,
  type ReportedUsage,
  type StreamEvent,
  usageIn,
} from '../protocol/completion.ts';
import { ProviderError } from '../providers/provider-error.ts';
import type { ProviderStream } from '../providers/transport/transport.ts';
import { type AnswerFacts, answerHeaders, type Outcome, outcomeOf, type Source } from './answer.ts';
import { unexpectedError } from './attempts.ts';
import { providersError } from './errors.ts';
import type { AnswerLabels } from './observer.ts';
import type { Attempt, CompletionRequest } from './request.ts';
import { type Begun, begin, book, isStored, type ServeDependencies, type Stored } from './serve.ts';

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
  /** Sends the answer to a new reader. Resolves when it has ended in any way, and is booked. Rejects if no reader can be created. */
  readTo(createReader: () => StreamReader): Promise<void>;
  /** Ends and books an answer that will not be read. */
  abandon(error: unknown): Promise<void>;
}

/** Serves a request with a stream: a stored one, or that of the first provider that starts one. Throws AppError before. */
export type Stream = (request: CompletionRequest) => Promise<StreamedCompletion>;

/** `maxStoredBytes`: size of the largest stored answer. */
export function createStream(dependencies: ServeDependencies, maxStoredBytes: number): Stream {
  return async (request) => {
    const begun = await begin(dependencies, request, (client, { candidate, asFallback }, call) =>
      client.stream(candidate.model, call, asFallback),
    );
    if (begun.kind === 'stored') return storedStream(begun);
    const { client, model } = begun.attempt.candidate;
    const abandon = async (error: unknown): Promise<void> => {
      await bookBroken(error, begun, createStreamTrack());
    };
    try {
      begun.callObserver.firstEvent();
    } catch (error) {
      await abandon(error);
      throw error;
    }
    return {
      source: begun.source,
      provider: client.provider.id,
      model,
      readTo: (createReader) =>
        relay(dependencies, begun, createReader, isStored(begun) ? maxStoredBytes : 0),
      abandon,
    };
  };
}

function storedStream({ source, record: { facts, text } }: Stored): StreamedCompletion {
  return {
    source,
    provider: facts.provider,
    model: facts.model,
    async readTo(createReader) {
      const reader = createReader();
      await reader.take(storedEvents(text));
      reader.done(facts);
    },
    abandon: async () => undefined,
  };
}

/** Splits a stored stream into its events, which were validated when it was stored. */
function storedEvents(text: Buffer): StreamEvent[] {
  const splitter = createSseSplitter();
  const events = splitter.push(text);
  if (splitter.restBytes() > 0) events.push(splitter.rest());
  return events.map((bytes) => ({
    bytes,
    data: readChunk(JSON.parse(dataOf(bytes) || '{}')),
    done: false,
  }));
}

async function relay(
  dependencies: ServeDependencies,
  begun: Begun<ProviderStream>,
  createReader: () => StreamReader,
  maxStoredBytes: number,
): Promise<void> {
  const track = createStreamTrack();
  const transcript = maxStoredBytes > 0 ? createTranscript(maxStoredBytes) : noTranscript;
  let reader: StreamReader | undefined;
  let facts: AnswerFacts;
  try {
    reader = createReader();
    for await (const batch of begun.served.events) {
      for (const event of batch) if (!event.done && track.see(event)) transcript.add(event.bytes);
      const full = reader.take(batch);
      if (full) await full;
    }
    facts = await book(dependencies, begun, {
      reported: track.reported(),
      labels: track.labels(),
      text: transcript.text(),
      isShareable: track.isShareable(),
    });
  } catch (error) {
    const failure = await bookBroken(error, begun, track);
    if (!reader) throw error;
    reader.broken(failure);
    return;
  }
  reader.done(facts);
}

/** Builds the reply that relays a streamed answer. Whatever throws before the answer is read ends and books it. */
export function streamReply(
  streamed: Pick<StreamedCompletion, 'source' | 'provider' | 'model' | 'abandon'>,
  read: (sink: StreamSink) => Promise<void>,
): StreamBody {
  const abandon = (error: unknown) => void streamed.abandon(error);
  try {
    return stream({ headers: answerHeaders(streamed.source, streamed) }, read, abandon);
  } catch (error) {
    abandon(error);
    throw error;
  }
}

/** Books the received part of an answer that broke off, and returns the reader's error. */
async function bookBroken(
  error: unknown,
  { prepared, admitted, attempt, served, callObserver }: Begun<ProviderStream>,
  track: StreamTrack,
): Promise<AppError> {
  const { call, body } = prepared.request;
  served.cancel();
  const failure = error instanceof ProviderError ? error : unexpectedError(error, attempt);
  try {
    callObserver.failed(failure);
  } finally {
    await admitted.reservation.failed(attempt, failure, undefined, outcomeSeen(attempt, failure, track));
  }
  return providersError([failure], { model: body.model, signal: call.signal });
}

/** Undefined if nothing was seen of the answer, or if its cost is what failed. */
function outcomeSeen(
  attempt: Attempt,
  { fault, billed }: ProviderError,
  track: StreamTrack,
): Outcome | undefined {
  const reported = track.reported();
  const isUnseen = reported.answerBytes === 0 && reported.usage === undefined;
  if (isUnseen && billed === 'no') return undefined;
  try {
    return outcomeOf(attempt, reported);
  } catch (error) {
    if (fault === 'internal') return undefined;
    throw error;
  }
}

/** Tracks the cost-related content of a stream. */
interface StreamTrack {
  /** Records an event. Returns true if it carries data. */
  see(event: StreamEvent): boolean;
  /** The last usage that the provider reported, and the bytes of content in all and after that usage. */
  reported(): Reported;
  labels(): AnswerLabels;
  /** True if every choice is complete, has an answer and contains no refusal. */
  isShareable(): boolean;
}

type Choice = NonNullable<ChunkData['choices']>[number];

export function createStreamTrack(): StreamTrack {
  let usage: ReportedUsage | undefined;
  let tier: unknown;
  let contentBytes = 0;
  let bytesAfterUsage = 0;
  let named: ChunkData | undefined;
  const finishReasons: string[] = [];
  const begun = new Set<number>();
  const answered = new Set<number>();
  const completed = new Set<number>();
  let isRefused = false;

  function seeChoice(choice: Choice): void {
    const { delta, finish_reason: reason } = choice;
    const index = indexOf(choice);
    begun.add(index);
    if (reason) {
      finishReasons.push(reason);
      if (isCompleteReason(reason)) completed.add(index);
    }
    if (!delta) return;
    const bytes = contentBytesOf(delta);
    contentBytes += bytes;
    bytesAfterUsage += bytes;
    if (!answered.has(index) && hasAnswer(delta)) answered.add(index);
    isRefused ||= hasRefusal(delta);
  }

  return {
    see({ data }) {
      if (!data) return false;
      tier = data.service_tier ?? tier;
      named ??= data;
      for (const choice of data.choices) seeChoice(choice);
      const reported = usageIn(data);
      if (reported) {
        // It counts the content up to and including its own event.
        usage = reported;
        bytesAfterUsage = 0;
      }
      return true;
    },
    reported: () => ({ usage, tier, answerBytes: contentBytes, bytesAfterUsage }),
    labels: () => ({ id: textOf(named?.id), model: textOf(named?.model), finishReasons }),
    isShareable: () =>
      !isRefused && begun.size > 0 && completed.size === begun.size && answered.size === begun.size,
  };
}

const textOf = (value: unknown) => (typeof value === 'string' ? value : undefined);

/** Returns true for an event that contains only usage, which clients receive only on request. */
export function isUsageAlone({ data }: StreamEvent): boolean {
  return data?.choices.length === 0 && usageIn(data) !== undefined;
}

/** Collects the bytes of a stream, to store it as an answer. */
interface Transcript {
  add(bytes: Buffer): void;
  /** The whole stream; undefined if it is too large to store. */
  text(): string | undefined;
}

function createTranscript(maxBytes: number): Transcript {
  let parts: Buffer[] | undefined = [];
  let size = 0;
  return {
    add(bytes) {
      size += bytes.length;
      if (size > maxBytes) parts = undefined;
      else parts?.push(bytes);
    },
    text: () => parts && Buffer.concat(parts).toString('utf8'),
  };
}

/** For streams that are not stored. */
const noTranscript: Transcript = { add: () => undefined, text: () => undefined };
