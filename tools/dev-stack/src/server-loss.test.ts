import { expect, test } from 'vitest';
import { type NamedServer, stopWith } from './server-loss.ts';

/** A server that reports its end. */
function server(): { readonly named: NamedServer; readonly end: (how: string) => void } {
  const { promise: ended, resolve: end } = Promise.withResolvers<string>();
  return { named: { name: 'Redis', logFile: 'redis.log', ended, stop: async () => end('exit code 0') }, end };
}

test('a server that ends by itself is lost', async () => {
  const losses: string[] = [];
  const { named, end } = server();
  await using cleanup = new AsyncDisposableStack();
  stopWith(cleanup, named, ({ name }, how) => losses.push(`${name}: ${how}`));
  end('SIGKILL');
  await named.ended;
  expect(losses).toEqual(['Redis: SIGKILL']);
});

test('a server that is stopped is not lost', async () => {
  const losses: string[] = [];
  const { named } = server();
  const cleanup = new AsyncDisposableStack();
  stopWith(cleanup, named, ({ name }) => losses.push(name));
  await cleanup.disposeAsync();
  await named.ended;
  expect(losses).toEqual([]);
});
