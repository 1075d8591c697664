import { eventually } from '@valuecanvas/testing';
import { expect, onTestFinished, test } from 'vitest';
import type { StreamEvent } from '../../protocol/completion.ts';
import {
  begin,
  callOf,
  chunk,
  done,
  errorOf,
  read,
  tookMs,
  transportWith,
} from '../test-support/transport-in-test.ts';

const textOf = (events: readonly StreamEvent[]) => Buffer.concat(events.map(({ bytes }) => bytes)).toString();

test('a stalled stream is detected within half a second of the timeout', async () => {
  const transport = await transportWith((response) => begin(response, chunk('a')));
  const stream = await transport.stream(callOf({ stallMs: 300 }));
  const reading = read(stream);
  expect(await tookMs(reading)).toBeLessThan(800);
  expect(await errorOf(reading)).toMatchObject({ fault: 'timeout', billed: 'maybe' });
});

test('comments keep a started stream alive', async () => {
  let writing: NodeJS.Timeout | undefined;
  onTestFinished(() => clearInterval(writing));
  const transport = await transportWith((response) => {
    begin(response, chunk('a'));
    let left = 8;
    writing = setInterval(() => {
      left -= 1;
      response.write(left > 0 ? ': wait\n\n' : `${chunk('', 'stop')}${done}`);
      if (left === 0) clearInterval(writing);
    }, 50);
  });
  const events = await read(await transport.stream(callOf({ stallMs: 250 })));
  expect(events.at(-1)).toMatchObject({ done: true });
});

test('a client disconnect during a stream ends its events with that error', async () => {
  const caller = new AbortController();
  const transport = await transportWith((response) => begin(response, chunk('a')));
  const stream = await transport.stream(callOf({ signal: caller.signal }));
  const reading = read(stream);
  caller.abort();
  expect(await errorOf(reading)).toMatchObject({ fault: 'cancelled', billed: 'maybe' });
});

test.each(['cancel', 'break'])(
  'a stream that is ended by %s ends without an error and stops the provider',
  async (how) => {
    let closed = false;
    const transport = await transportWith((response) => {
      begin(response, chunk('a'));
      response.on('close', () => {
        closed = true;
      });
    });
    const stream = await transport.stream(callOf());
    let batches = 0;
    for await (const _ of stream.events) {
      batches += 1;
      if (how === 'break') break;
      stream.cancel();
    }
    expect(batches).toBe(1);
    await eventually(() => expect(closed).toBe(true));
  },
);

test('a slow reader applies backpressure to the provider, and does not count as a stall', async () => {
  let written = 0;
  const event = chunk('x'.repeat(10_000));
  const transport = await transportWith((response) => {
    begin(response);
    const more = (): void => {
      while (written < 20_000_000 && !response.destroyed) {
        written += event.length;
        if (!response.write(event)) return void response.once('drain', more);
      }
      if (!response.destroyed) response.end(`${chunk('', 'stop')}${done}`);
    };
    more();
  });
  const silent = await transportWith((response) => response.write('{'));
  const stream = await transport.stream(callOf({ stallMs: 600 }));
  let before = -1;
  await eventually(() => {
    const held = written === before;
    before = written;
    expect(held).toBe(true);
  });
  expect(written).toBeLessThan(15_000_000);
  // A stalled provider would time out meanwhile.
  expect(await errorOf(silent.complete(callOf({ stallMs: 800 })))).toMatchObject({ fault: 'timeout' });
  const events = await read(stream);
  expect(events.at(-1)).toMatchObject({ done: true });
  expect(textOf(events).length).toBeGreaterThan(20_000_000);
});

test('the events of a stream contain all its bytes, including keep-alives', async () => {
  const said = [
    ': hi\r\n\r\n',
    chunk('é😀'),
    ': wait\n\n',
    chunk('b', 'stop'),
    'event: x\ndata: {"choices":[],"usage":{}}\n\n',
    done,
  ];
  const transport = await transportWith((response) => {
    begin(response);
    response.end(said.join(''));
  });
  const events = await read(await transport.stream(callOf()));
  expect(textOf(events)).toBe(said.join(''));
  expect(events.map(({ data }) => data !== undefined)).toEqual([false, true, false, true, true, false]);
});

const started = `data: {"choices":[{"index":0,"delta":{"role":"assistant","content":"","tool_calls":[]},"finish_reason":null}]}\n\n`;
const failed = 'data: {"choices":[{"index":0,"delta":{},"finish_reason":"error"}]}\n\n';

test.each([
  ['an error', 'data: {"error":{"message":"Busy.","code":503}}\n\n'],
  ['the finish reason error', failed],
  ['an early end', ''],
])('%s before the first content allows failover, even after the role', async (_, rest) => {
  const transport = await transportWith((response) => {
    begin(response, started);
    setTimeout(() => response.end(rest), 50);
  });
  expect(await errorOf(transport.stream(callOf()))).toMatchObject({ fault: 'unavailable' });
});

test('the finish reason error after content fails the stream', async () => {
  const transport = await transportWith((response) => {
    begin(response, started, chunk('a'));
    setTimeout(() => response.end(`${failed}${done}`), 50);
  });
  const stream = await transport.stream(callOf());
  expect(await errorOf(read(stream))).toMatchObject({ fault: 'unavailable' });
});

test('a stream that ends without content is an answer without content', async () => {
  const transport = await transportWith((response) => {
    begin(response, started);
    setTimeout(() => response.end(`${chunk('', 'length')}${done}`), 50);
  });
  expect(await read(await transport.stream(callOf()))).toHaveLength(3);
});

test('a stream starts with its first content: an error before it allows failover', async () => {
  const error = 'data: {"error":{"message":"Busy.","type":"rate_limit_error","code":429}}\n\n';
  const early = [
    ['', 'no'],
    ['data: {"choices":[]}\n\n', 'no'],
    ['data: {"choices":[],"usage":{"prompt_tokens":9}}\n\n', 'maybe'],
    [chunk('a'), 'maybe'],
  ] as const;
  for (const [before, billed] of early) {
    const transport = await transportWith((response) => {
      begin(response);
      response.end(`${before}${error}`);
    });
    expect(await errorOf(transport.stream(callOf()))).toMatchObject({
      fault: 'rate_limited',
      message: 'Busy.',
      billed,
    });
  }
});

test('a stream ends with [DONE] even if the provider keeps the connection open', async () => {
  let closed = false;
  const transport = await transportWith((response) => {
    begin(response, chunk('a', 'stop'), done);
    response.on('close', () => {
      closed = true;
    });
  });
  expect(await read(await transport.stream(callOf()))).toHaveLength(2);
  await eventually(() => expect(closed).toBe(true));
});

test.each(['a reset', 'a stall'])('%s after the last finish reason does not fail the stream', async (how) => {
  const transport = await transportWith((response) => {
    begin(response, chunk('a', 'stop'));
    if (how === 'a reset') setImmediate(() => response.destroy());
  });
  expect(await read(await transport.stream(callOf({ stallMs: 200 })))).toHaveLength(1);
});

test('content after a finish reason continues the answer', async () => {
  const transport = await transportWith((response) => {
    begin(response, chunk('a', 'stop'), chunk('b'));
    response.end();
  });
  expect(await errorOf(transport.stream(callOf()).then(read))).toMatchObject({ fault: 'unavailable' });
});
