import { setTimeout as wait } from 'node:timers/promises';
import { closes, createEndFinder, statusOf, summaryOf } from './answer-reader.ts';
import { type Conversation, converse, localPort } from './converse.ts';
import { countFaults, type FaultCount, type Faults } from './faults.ts';
import { createHistogram, type Histogram } from './histogram.ts';
import { createStampReader } from './stamps.ts';

export interface StreamLoad {
  readonly url: string;
  readonly requests: readonly Buffer[];
  /** Modifies a request before each send. */
  readonly renew?: (request: Buffer) => void;
  readonly streams: number;
  /** Number of chunks of a complete stream. */
  readonly chunks: number;
  /** Interval over which the first streams start, so that their chunks do not coincide. */
  readonly spreadMs: number;
  readonly durationMs: number;
}

export interface StreamResult {
  /** Number of complete streams. */
  readonly streams: number;
  readonly chunks: number;
  /** Time from request to first chunk. */
  readonly firstP50: number;
  readonly firstP99: number;
  /** Time from writing to receiving a chunk. */
  readonly delayP50: number;
  readonly delayP99: number;
  readonly faults: Faults;
}

interface Tally {
  readonly first: Histogram;
  readonly delays: Histogram;
  readonly faults: FaultCount;
  streams: number;
  chunks: number;
}

/** Keeps a number of streams open until the time is up, then reads the open ones to their end. */
export async function loadStreams(load: StreamLoad): Promise<StreamResult> {
  const port = localPort(load.url);
  const tally: Tally = {
    first: createHistogram(),
    delays: createHistogram(),
    faults: countFaults(),
    streams: 0,
    chunks: 0,
  };
  const endsAt = performance.now() + load.durationMs;
  const readers = Array.from({ length: load.streams }, async (_, index) => {
    const request = load.requests[index % load.requests.length];
    if (!request) throw new Error('There is no request to send.');
    await wait((load.spreadMs * index) / load.streams);
    await converse(port, reader({ request: Buffer.from(request), load, endsAt, tally }));
  });
  await Promise.all(readers);
  const { first, delays, faults, streams, chunks } = tally;
  return {
    streams,
    chunks,
    firstP50: first.percentile(0.5),
    firstP99: first.percentile(0.99),
    delayP50: delays.percentile(0.5),
    delayP99: delays.percentile(0.99),
    faults: faults.all(),
  };
}

function reader(options: {
  readonly request: Buffer;
  readonly load: StreamLoad;
  readonly endsAt: number;
  readonly tally: Tally;
}): Conversation {
  const { request, load, endsAt, tally } = options;
  let stamps = createStampReader();
  let ends = createEndFinder();
  let head = '';
  let chunks = 0;
  let sentAt = 0;

  const begin = (): void => {
    stamps = createStampReader();
    ends = createEndFinder();
    head = '';
    chunks = 0;
    sentAt = performance.now();
  };
  const conclude = (): 'whole' | 'last' => {
    if (statusOf(head) === 200 && chunks === load.chunks) tally.streams += 1;
    else tally.faults.add(chunks === 0 ? summaryOf(head) : `A stream ended after ${chunks} chunks.`);
    return closes(head) ? 'last' : 'whole';
  };

  return {
    endsAt,
    ask() {
      if (performance.now() >= endsAt) return undefined;
      load.renew?.(request);
      begin();
      return request;
    },
    hear(bytes) {
      const now = performance.now();
      if (head === '') head = bytes.toString('latin1');
      for (const delay of stamps.delaysIn(bytes)) {
        if (chunks === 0) tally.first.record(now - sentAt);
        chunks += 1;
        tally.chunks += 1;
        tally.delays.record(delay);
      }
      return ends(bytes) || hasLength(head) ? conclude() : 'more';
    },
    lost: (reason) => tally.faults.add(reason),
  };
}

/** A refusal has a length instead of chunks, and arrives in one piece. */
const hasLength = (head: string) => /\ncontent-length:/i.test(head);
