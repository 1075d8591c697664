import { createAnswerReader, summaryOf } from './answer-reader.ts';
import { type Conversation, converse, localPort } from './converse.ts';
import { countFaults, type FaultCount, type Faults } from './faults.ts';
import { createHistogram, type Histogram } from './histogram.ts';

export interface CallLoad {
  readonly url: string;
  /** Connection n sends request n, modulo their number. */
  readonly requests: readonly Buffer[];
  /** Modifies a request before each send. */
  readonly renew?: (request: Buffer) => void;
  readonly connections: number;
  readonly durationMs: number;
}

export interface CallResult {
  /** Calls answered with 200, including those whose answer arrived after the end. */
  readonly answered: number;
  readonly perSecond: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly faults: Faults;
}

interface Tally {
  readonly latencies: Histogram;
  readonly faults: FaultCount;
  answered: number;
  inTime: number;
}

/** Sends each connection's request repeatedly, one at a time, until the time is up. */
export async function loadCalls(load: CallLoad): Promise<CallResult> {
  const port = localPort(load.url);
  const tally: Tally = { latencies: createHistogram(), faults: countFaults(), answered: 0, inTime: 0 };
  const endsAt = performance.now() + load.durationMs;
  const callers = Array.from({ length: load.connections }, (_, index) => {
    const request = load.requests[index % load.requests.length];
    if (!request) throw new Error('There is no request to send.');
    return converse(port, caller({ request: Buffer.from(request), renew: load.renew, endsAt, tally }));
  });
  await Promise.all(callers);
  const { latencies, faults, answered, inTime } = tally;
  return {
    answered,
    perSecond: (inTime / load.durationMs) * 1_000,
    p50: latencies.percentile(0.5),
    p90: latencies.percentile(0.9),
    p99: latencies.percentile(0.99),
    faults: faults.all(),
  };
}

function caller(options: {
  readonly request: Buffer;
  readonly renew: CallLoad['renew'];
  readonly endsAt: number;
  readonly tally: Tally;
}): Conversation {
  const { request, renew, endsAt, tally } = options;
  let read = createAnswerReader();
  let sentAt = 0;
  return {
    endsAt,
    ask() {
      const now = performance.now();
      if (now >= endsAt) return undefined;
      renew?.(request);
      sentAt = now;
      return request;
    },
    hear(bytes) {
      const answer = read(bytes);
      if (!answer) return 'more';
      const now = performance.now();
      if (answer.status === 200) {
        tally.latencies.record(now - sentAt);
        tally.answered += 1;
        if (now < endsAt) tally.inTime += 1;
      } else tally.faults.add(summaryOf(answer.bytes.toString()));
      return answer.closes ? 'last' : 'whole';
    },
    lost(reason) {
      read = createAnswerReader();
      tally.faults.add(reason);
    },
  };
}
