import { Pool } from 'undici';
import { expect, onTestFinished, test } from 'vitest';
import { providerInTest } from '../test-support/provider-in-test.ts';
import { startServerInTest } from '../test-support/server-in-test.ts';
import { callOf } from '../test-support/transport-in-test.ts';
import { startExchange } from './exchange.ts';

test.each(['onBytes', 'onEnd'] as const)(
  'a defect of the reader in %s is reported as it is, not as a failure of the provider',
  async (method) => {
    const { url } = await startServerInTest((response) => response.end('{}'));
    const pool = new Pool(new URL(url).origin);
    onTestFinished(() => pool.close());
    const defect = new TypeError('a defect');
    const connection = {
      provider: providerInTest(),
      pool,
      path: '/v1',
      headers: [],
      maxAnswerBytes: 1_000,
      now: Date.now,
    };
    const failure = await new Promise((resolve) => {
      startExchange(connection, callOf(), {
        onBytes: () => undefined,
        onEnd: () => undefined,
        [method]() {
          throw defect;
        },
        onFailure: resolve,
      });
    });
    expect(failure).toBe(defect);
  },
);
