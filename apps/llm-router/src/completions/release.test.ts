import { AppError } from '@valuecanvas/contracts-core';
import type { StreamSink } from '@valuecanvas/service-kit';
import { expect, test, vi } from 'vitest';
import type { StreamEvent } from '../protocol/completion.ts';
import { createComplete, type ServeDependencies } from './serve.ts';
import { createStream, type StreamReader, streamReply } from './stream.ts';

const defect = new TypeError('a defect');

/** A step between the start of a provider's answer and the end of its reading. */
type Step = 'first event' | 'headers' | 'head' | 'reader' | 'event' | 'cost' | 'booking' | 'success' | 'none';

const given: StreamEvent = {
  bytes: Buffer.from('data: {}\n\n'),
  data: { choices: [{ delta: { content: 'Rye' }, finish_reason: 'stop' }] },
  done: false,
};

/** The dependencies of a request whose provider has answered, with a defect at one step. */
function answered(broken: Step) {
  const fail = (step: Step) => {
    if (broken === step) throw defect;
  };
  const cancel = vi.fn();
  const reservation = {
    failed: vi.fn(async () => false),
    succeeded: vi.fn(async () => fail('booking')),
  };
  const events = (async function* () {
    yield [given];
  })();
  const answer = { choices: [{ message: { content: 'Rye' }, finish_reason: 'stop' }] };
  const candidate = {
    client: {
      provider: {
        id: 'a',
        get serviceTiers() {
          fail('cost');
          return undefined;
        },
      },
    },
    get model() {
      return 'm';
    },
    price: { input: 0n, output: 0n, cachedInput: 0n, cacheWrite: 0n, reasoning: 0n, perCall: 0n, tiers: [] },
    highestPrice: {
      input: 0n,
      output: 0n,
      cachedInput: 0n,
      cacheWrite: 0n,
      reasoning: 0n,
      perCall: 0n,
      tiers: [],
    },
    upperBound: { promptTokens: 9, completionTokens: 9, heard: false, spoken: false },
    bodyText: () => '{}',
  };
  const request = { call: { signal: AbortSignal.any([]) }, body: { model: 'm' }, idempotency: undefined };
  const callObserver = {
    firstEvent: () => fail('first event'),
    succeeded: () => fail('success'),
    failed: () => undefined,
  };
  const dependencies = {
    prepare: () => ({ request }),
    admitCompletion: async () => ({ kind: 'admitted', reservation, isCached: false, asked: false }),
    tryCandidates: async () => ({
      served: { events, cancel, answer, bytes: Buffer.from(JSON.stringify(answer)) },
      attempt: { id: 'row', candidate, lacked: new Set(), startedAt: 0, asFallback: false },
      callObserver,
      firstCallAt: 0,
    }),
    observer: { answered: () => undefined },
  } as unknown as ServeDependencies;
  const reader = (): StreamReader => {
    fail('reader');
    return {
      take() {
        fail('event');
        return undefined;
      },
      done: () => undefined,
      broken: () => undefined,
    };
  };
  return { dependencies, request: request as never, reservation, cancel, reader, fail };
}

test.each<Step>(['first event', 'headers', 'head', 'reader', 'event', 'cost', 'booking', 'success'])(
  'a defect at the step "%s" of a stream releases its reservation and its provider',
  async (step) => {
    const { dependencies, request, reservation, cancel, reader } = answered(step);
    const serve = async () => {
      const streamed = await createStream(dependencies, 0)(request);
      const head = step === 'headers' ? { ...streamed, source: undefined as never } : streamed;
      const body = streamReply(head, () => streamed.readTo(reader));
      // The kit calls `abandon` if it cannot send the head, and `produce` otherwise.
      if (step === 'head') body.abandon(defect);
      else await body.produce({} as StreamSink);
    };
    await serve().catch(() => undefined);
    expect(reservation.failed).toHaveBeenCalledOnce();
    const [row, failure] = reservation.failed.mock.calls[0] as unknown[];
    expect([row, failure]).toMatchObject([{ id: 'row' }, { fault: 'internal' }]);
    expect(cancel).toHaveBeenCalled();
  },
);

test('a stream without a defect is booked once, as a success', async () => {
  const { dependencies, request, reservation, reader } = answered('none');
  const streamed = await createStream(dependencies, 0)(request);
  await streamReply(streamed, () => streamed.readTo(reader)).produce({} as StreamSink);
  expect(reservation.succeeded).toHaveBeenCalledOnce();
  expect(reservation.failed).not.toHaveBeenCalled();
});

test.each<Step>(['cost', 'booking', 'success'])(
  'a defect at the step "%s" of a whole answer releases its reservation',
  async (step) => {
    const { dependencies, request, reservation } = answered(step);
    await expect(createComplete(dependencies)(request)).rejects.not.toBeInstanceOf(AppError);
    expect(reservation.failed).toHaveBeenCalledOnce();
  },
);
