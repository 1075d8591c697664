import { describe, expect, test } from 'vitest';
import { type Means, openAccounts } from '../src/accounts.ts';
import { createSender } from '../src/http-sender.ts';
import { draw } from '../src/picture.ts';
import { report, usageReport } from '../src/report.ts';
import { runScenario } from '../src/run-scenario.ts';
import { scaled, scenarios } from '../src/scenarios.ts';
import { judge } from '../src/verdict.ts';
import { startDeployment } from './deployment.ts';

const scenario = { ...scaled(scenarios.load, { users: 8, seconds: 2 }), pauseSeconds: [0, 0] } as const;

/** Runs the scenario against a deployment that answers some requests with another status. */
async function run(...refusal: Parameters<typeof startDeployment>) {
  const deployment = await startDeployment(...refusal);
  const waits: number[] = [];
  const { send, close } = createSender(deployment.url);
  const means: Means = {
    send,
    now: Date.now,
    pause: async (seconds) => void waits.push(seconds),
    stopped: () => false,
    say: () => undefined,
  };
  const admin = { email: 'admin@example.com', password: 'secret' };
  const accounts = await openAccounts(means, { count: 8, run: 'test', admin });
  const beforeRun = deployment.received.length;
  const result = await runScenario({
    scenario,
    accounts,
    means,
    random: Math.random,
    signal: new AbortController().signal,
    progress: () => undefined,
  });
  await close();
  const verdicts = judge(result, scenario.thresholds);
  return { deployment, result, verdicts, waits, requests: deployment.received.slice(beforeRun) };
}

describe('a run', () => {
  test('counts every request that the deployment received, from a user each', async () => {
    const { result, verdicts, requests } = await run();
    expect(result.all.requests).toBe(requests.length);
    expect(new Set(requests.map(({ token }) => token)).size).toBe(8);
    expect(result.all.failures).toBe(0);
    expect(verdicts.map(({ holds }) => holds)).toEqual([true, true, true, true]);
    expect(result.intervals.length).toBeGreaterThan(0);
  });

  test('fails when more requests fail than allowed, and names them', async () => {
    let models = 0;
    const { result, verdicts } = await run(({ path }) => {
      if (path !== '/api/llm/chat') return undefined;
      models += 1;
      return models % 4 === 0 ? [503, { success: false }] : undefined;
    });
    expect(verdicts.find(({ threshold }) => threshold.startsWith('failures'))).toMatchObject({
      holds: false,
    });
    expect(result.failures[0]).toMatchObject({ action: 'repeated question', status: 503 });
    expect(report(result, verdicts)).toMatch(/failures below 5.0 % .*FAIL/);
  });

  test('counts an answer of a model without a fact about the cache as failed', async () => {
    const { result } = await run(({ path }) =>
      path === '/api/llm/chat' ? [200, { success: true, data: {} }] : undefined,
    );
    expect(result.failures.map(({ status }) => status)).toContain(200);
  });

  test('draws every interval of its picture', async () => {
    const { result } = await run();
    const picture = draw('load', result, scenario.thresholds);
    const points = /<polyline points="([^"]*)"/.exec(picture)?.[1]?.split(' ');
    expect(points).toHaveLength(result.intervals.length);
    expect(picture).not.toContain('NaN');
  });
});

test('the CPU time of each process is divided by the number of requests', () => {
  const usage = (cpuSeconds: number) => new Map([['gateway', { cpuSeconds, residentBytes: 2 ** 20 }]]);
  expect(usageReport(usage(10), usage(12), 1_000, 20)).toMatch(/gateway \| +2\.00 \| +10\.0 % \| +1 \|/);
});

describe('the accounts of a run', () => {
  test('sign up, get a tier from an admin, and carry it in a new token', async () => {
    const { deployment } = await run();
    const steps = deployment.received.filter(({ path }) => /signup|admin|refresh/.test(path));
    expect(steps.filter(({ method }) => method === 'PUT')).toHaveLength(8);
    for (const { token, body } of steps.filter(({ method }) => method === 'PUT')) {
      expect(token).toBe('Bearer token of admin@example.com');
      expect(body).toEqual({ tier: 'enterprise' });
    }
  });

  test('wait as long as the deployment demands when it limits sign-ups', async () => {
    let signUps = 0;
    const { deployment, waits } = await run(({ path }) => {
      if (path !== '/auth/v1/signup') return undefined;
      signUps += 1;
      return signUps === 3 ? [429, { success: false }, { 'retry-after': '17' }] : undefined;
    });
    expect(waits).toContain(17);
    expect(deployment.accounts.size).toBe(8);
  });

  test('are refused with the answer of the deployment', async () => {
    const refused = run(({ path }) =>
      path === '/auth/v1/signup' ? [403, { code: 'SIGN_UP_CLOSED' }] : undefined,
    );
    await expect(refused).rejects.toThrow(/POST \/auth\/v1\/signup answered 403: .*SIGN_UP_CLOSED/);
  });
});
