import { expect, test } from 'vitest';
import { Finding } from '../check.ts';
import { describeServer } from './redis.ts';

const info = ['redis_version:7.1.0', 'maxmemory_policy:noeviction', 'aof_enabled:0'].join('\r\n');

function stateOf(host: string, mayForget = false): string {
  try {
    return describeServer(info, { host, mayForget });
  } catch (error) {
    if (!(error instanceof Finding)) throw error;
    return error.state;
  }
}

test('a Redis without an append-only file fails, unless it may forget', () => {
  expect(stateOf('redis.internal')).toBe('failed');
  expect(stateOf('memorydb.example.com')).toBe('failed');
  expect(stateOf('redis.internal', true)).toBe('Redis 7.1.0, noeviction');
});

test('MemoryDB is durable without an append-only file, and ElastiCache is warned about', () => {
  expect(stateOf('clustercfg.valuecanvas.abc123.memorydb.eu-central-1.amazonaws.com')).toBe(
    'Redis 7.1.0, noeviction',
  );
  expect(stateOf('master.valuecanvas.abc123.euc1.cache.amazonaws.com')).toBe('warning');
});
