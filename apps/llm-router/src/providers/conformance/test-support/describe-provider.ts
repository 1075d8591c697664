import { eventually } from '@valuecanvas/testing';
import { describe, expect, test } from 'vitest';
import { usageIn } from '../../../protocol/completion.ts';
import { readTokens } from '../../../protocol/tokens.ts';
import type { Provider } from '../../provider.ts';
import { errorOf } from '../../test-support/transport-in-test.ts';
import { readAll, useProvider } from './provider-in-conformance.ts';

const schema = {
  type: 'object',
  properties: { name: { type: 'string' }, size: { type: 'integer' } },
  required: ['name', 'size'],
  additionalProperties: false,
};
const withSchema = { response_format: { type: 'json_schema', json_schema: { name: 'thing', schema } } };
const withTools = { tools: [{ type: 'function', function: { name: 'look_up', parameters: schema } }] };

/** The conformance suite of providers: their functions and the transport, against the simulator. */
export function describeProvider(name: string, providerAt: (baseUrl: string) => Provider): void {
  describe(name, () => {
    const provider = useProvider(providerAt);

    describe('a whole answer', () => {
      test.each([
        ['a chat', {}],
        ['tools', withTools],
        ['a JSON schema', withSchema],
        ['two choices', { n: 2, seed: 7, stop: ['.'] }],
      ])('equals the official client’s result: %s', async (_, fields) => {
        const { bytes, answer } = await provider.complete(fields);
        expect(answer).toEqual(await provider.reference.complete(fields));
        expect(JSON.parse(bytes.toString())).toEqual(answer);
      });

      test('reports the provider’s usage, including cached and reasoning tokens', async () => {
        provider.simulator.behave({ cachedShare: 0.5, reasoningTokens: 40 });
        const { answer } = await provider.complete({
          messages: [{ role: 'user', content: 'Why? '.repeat(20) }],
        });
        const { promptTokens, completionTokens, cachedTokens } = provider.simulator.calls();
        expect(cachedTokens).toBeGreaterThan(0);
        expect(readTokens(usageIn(answer))).toEqual({
          prompt: promptTokens,
          completion: completionTokens,
          cached: cachedTokens,
          cacheWrite: 0,
          reasoning: 40,
          promptSound: 0,
          completionSound: 0,
          estimated: false,
        });
      });

      test('ends at the output limit, which is always set', async () => {
        const { answer } = await provider.complete({ max_completion_tokens: 3 });
        expect(answer.choices[0]?.finish_reason).toBe('length');
        expect(provider.simulator.calls().completionTokens).toBe(3);
      });

      test('may lack usage, which is then undefined', async () => {
        provider.simulator.behave({ rules: [{ fault: 'no-usage' }] });
        const { answer } = await provider.complete();
        expect(readTokens(usageIn(answer))).toBeUndefined();
      });
    });

    describe('a stream', () => {
      test.each([
        ['a chat', {}],
        ['tools', withTools],
        ['a JSON schema', withSchema],
        ['two choices', { n: 2 }],
      ])('equals the official client’s result: %s', async (_, fields) => {
        const { events, error } = await readAll(await provider.stream(fields));
        expect(error).toBeUndefined();
        expect(events.at(-1)).toMatchObject({ done: true, data: undefined });
        expect(events.slice(0, -1).map(({ data }) => data)).toEqual(await provider.reference.chunks(fields));
      });

      test('reports the provider’s usage even if the caller did not request it', async () => {
        provider.simulator.behave({ cachedShare: 0.5, reasoningTokens: 40 });
        const { events } = await readAll(await provider.stream());
        const usage = events.map(({ data }) => data && usageIn(data)).find((each) => each !== undefined);
        const { promptTokens, completionTokens, cachedTokens } = provider.simulator.calls();
        expect(readTokens(usage)).toEqual({
          prompt: promptTokens,
          completion: completionTokens,
          cached: cachedTokens,
          cacheWrite: 0,
          reasoning: 40,
          promptSound: 0,
          completionSound: 0,
          estimated: false,
        });
      });

      test('may lack usage, which is then undefined', async () => {
        provider.simulator.behave({ rules: [{ fault: 'no-usage' }] });
        const { events, error } = await readAll(await provider.stream());
        expect(error).toBeUndefined();
        expect(events.some(({ data }) => data && usageIn(data))).toBe(false);
      });

      test('forwards events before an error of the provider, then reports it', async () => {
        provider.simulator.behave({ chunkIntervalMs: 5, rules: [{ fault: 'error-event', afterChunks: 3 }] });
        const { events, error } = await readAll(await provider.stream());
        expect(error).toMatchObject({ fault: 'unavailable', message: expect.stringMatching(/\S/) });
        expect(events).toHaveLength(3);
      });

      test.each(['cut', 'silent-end', 'malformed', 'stall'] as const)(
        'forwards events before %s, then reports the fault',
        async (fault) => {
          provider.simulator.behave({ chunkIntervalMs: 5, rules: [{ fault, afterChunks: 3 }] });
          const { events, error } = await readAll(await provider.stream({}, { stallMs: 200 }));
          const faults = { malformed: 'bad_response', stall: 'timeout' } as const;
          const expected = fault in faults ? faults[fault as keyof typeof faults] : 'unavailable';
          expect(error).toMatchObject({ fault: expected, billed: 'maybe' });
          expect(events).toHaveLength(3);
          const bytes = events.reduce((sum, event) => sum + event.bytes.length, 0);
          expect(error?.receivedBytes).toBeGreaterThanOrEqual(bytes);
        },
      );

      test('that is cancelled stops the provider', async () => {
        provider.simulator.behave({ chunkIntervalMs: 50 });
        const stream = await provider.stream();
        stream.cancel();
        expect(await readAll(stream)).toMatchObject({ error: undefined });
        await eventually(() => expect(provider.simulator.calls()).toMatchObject({ open: 0, aborted: 1 }));
      });
    });

    describe.each(['complete', 'stream'] as const)('with %s', (method) => {
      const failing = (rule: object, limits = {}) => {
        provider.simulator.behave({ rules: [rule] });
        return errorOf(provider[method]({}, limits));
      };

      test.each([
        ['seconds', 2],
        ['milliseconds', 2],
        ['none', undefined],
      ] as const)('429 states the wait in %s', async (retryAfterForm, retryAfterSeconds) => {
        const error = await failing({ fault: '429', retryAfterMs: 1_500, retryAfterForm });
        expect(error).toMatchObject({ fault: 'rate_limited', billed: 'no', retryAfterSeconds });
      });

      test('429 states the wait as a date', async () => {
        const error = await failing({ fault: '429', retryAfterMs: 60_000, retryAfterForm: 'date' });
        expect(error).toMatchObject({ fault: 'rate_limited', billed: 'no' });
        expect(error.retryAfterSeconds).toSatisfy((seconds: number) => seconds > 50 && seconds <= 60);
      });

      test.each([
        ['400', 'caller'],
        ['401', 'unavailable'],
        ['404', 'not_served'],
        ['422', 'caller'],
        ['500', 'unavailable'],
        ['502', 'unavailable'],
        ['503', 'unavailable'],
        ['quota', 'unavailable'],
        ['error-event', 'unavailable'],
      ])('%s is %s, and costs nothing', async (fault, expected) => {
        expect(await failing({ fault, afterChunks: 0 })).toMatchObject({ fault: expected, billed: 'no' });
      });

      test.each([
        ['hang', 'timeout'],
        ['reset', 'unavailable'],
        ['empty-choices', 'bad_response'],
        ['wrong-content-type', 'bad_response'],
      ])('%s is %s, and may have cost something', async (fault, expected) => {
        const error = await failing({ fault }, fault === 'hang' ? { firstByteMs: 200 } : {});
        expect(error).toMatchObject({ fault: expected, billed: 'maybe', provider: expect.any(String) });
      });

      test.each([
        ['cut', 'unavailable'],
        ['stall', 'timeout'],
        ['silent-end', method === 'complete' ? 'bad_response' : 'unavailable'],
        ['malformed', 'bad_response'],
      ])(
        '%s before the first forwarded event is %s, and may have cost something',
        async (fault, expected) => {
          const limits = fault === 'stall' ? { firstByteMs: 200, stallMs: 200 } : {};
          // A stream that ends before its first event has no usable content.
          const isEmpty = method === 'stream' && fault === 'silent-end';
          const error = await failing({ fault, afterChunks: 0 }, limits);
          expect(error).toMatchObject({ fault: isEmpty ? 'bad_response' : expected, billed: 'maybe' });
        },
      );

      test('a late first byte is a timeout, of the head or the body', async () => {
        for (const lateness of [{ latencyMs: 2_000 }, { firstByteMs: 2_000 }]) {
          provider.simulator.behave(lateness);
          const error = await errorOf(provider[method]({}, { firstByteMs: 150 }));
          expect(error).toMatchObject({ fault: 'timeout', billed: 'maybe', receivedBytes: 0 });
          provider.simulator.reset();
        }
      });

      test('a connection destroyed on accept fails its call only', async () => {
        provider.simulator.behave({ refuseConnections: 1 });
        expect(await errorOf(provider[method]())).toMatchObject({ fault: 'unavailable' });
        // The provider has also closed idle connections: a call that uses one of them fails as well.
        await eventually(async () => expect(await provider[method]()).toBeDefined());
      });

      test('a client disconnect stops the provider, and is not the provider’s fault', async () => {
        provider.simulator.behave({ latencyMs: 5_000 });
        const caller = new AbortController();
        const failed = errorOf(provider[method]({}, { signal: caller.signal }));
        await eventually(() => expect(provider.simulator.calls().open).toBe(1));
        caller.abort();
        expect(await failed).toMatchObject({ fault: 'cancelled', billed: 'maybe' });
        await eventually(() => expect(provider.simulator.calls()).toMatchObject({ open: 0, aborted: 1 }));
      });
    });
  });
}
