import { build } from 'esbuild';
import { describe, expect, test } from 'vitest';
import { k6Scenario } from '../k6/scenario.ts';
import { type ScenarioName, scenarioNames, scenarios } from '../src/scenarios.ts';
import { startDeployment } from './deployment.ts';
import execution from './k6/execution.ts';
import { tags } from './k6/http.ts';
import { values } from './k6/metrics.ts';

/** The exports that k6 calls. */
type Script = Pick<ReturnType<typeof k6Scenario>, 'options' | 'setup' | 'teardown'> & {
  readonly default: ReturnType<typeof k6Scenario>['iterate'];
};

/** Makes the scenario as a script of k6 does when k6 loads it. Each virtual user of k6 has a copy of its own. */
function load(name: ScenarioName, variables: Record<string, string>) {
  Object.assign(globalThis, { __ENV: variables });
  return k6Scenario(name);
}

describe.each(scenarioNames)('the script %s', (name) => {
  test('loads nothing but files of its own and modules of k6', async () => {
    const { metafile } = await build({
      entryPoints: [`${import.meta.dirname}/../k6/${name}.ts`],
      bundle: true,
      write: false,
      metafile: true,
      platform: 'neutral',
      external: ['k6', 'k6/*'],
    });
    const imports = Object.values(metafile.outputs).flatMap((output) => output.imports);
    expect(imports.map(({ path }) => path.split('/')[0])).toEqual(imports.map(() => 'k6'));
    const files = Object.keys(metafile.inputs);
    expect(files.every((file) => /\/?(k6|src)\/[a-z0-9-]+\.ts$/.test(file))).toBe(true);
  });

  test('lets k6 run the stages of the table', async () => {
    Object.assign(globalThis, { __ENV: {} });
    const script: Script = await import(`../k6/${name}.ts`);
    expect(Object.keys(script).sort()).toEqual(['default', 'options', 'setup', 'teardown']);
    expect(script.options.scenarios?.users).toMatchObject({
      executor: 'ramping-vus',
      stages: scenarios[name].stages.map(({ seconds, users }) => ({
        duration: `${seconds}s`,
        target: users,
      })),
    });
  });
});

test('each virtual user has an account of its own, which the run deletes at its end', async () => {
  const { url, received, accounts } = await startDeployment();
  const script = load('load', { BASE_URL: url, USERS: '3', SECONDS: '30' });
  tags.length = 0;
  const data = await script.setup();
  expect(accounts.size).toBe(3);
  expect(tags.map(({ phase }) => phase)).not.toContain('load');

  const before = received.length;
  for (const id of [1, 2, 3]) {
    execution.vu.idInTest = id;
    const copy = load('load', { BASE_URL: url, USERS: '3', SECONDS: '30' });
    await copy.iterate(data);
  }
  const tokens = received.slice(before).map(({ token }) => token);
  expect(new Set(tokens).size).toBe(3);

  await script.teardown(data);
  expect(accounts.size).toBe(0);
});

test('every threshold names a metric that the run fills', async () => {
  const { url } = await startDeployment();
  const tokens = Array.from({ length: 200 }, (_, index) => `token-${index}`);
  Object.assign(globalThis, { open: () => tokens.join('\n') });
  const script = load('load', { BASE_URL: url, SECONDS: '1', TOKENS: 'tokens.txt' });
  const data = { ...(await script.setup()), startedAt: Date.now() - 500 };

  tags.length = 0;
  for (let round = 0; round < 20; round += 1) await script.iterate(data);
  expect(tags.filter(({ phase }) => phase === 'load')).toHaveLength(20);
  for (const threshold of Object.keys(script.options.thresholds ?? {})) {
    if (threshold.startsWith('http_req'))
      expect(threshold).toMatch(/^http_req_(duration|failed)\{phase:load\}$/);
    else expect(values.get(threshold)?.length, threshold).toBeGreaterThan(0);
  }
});
