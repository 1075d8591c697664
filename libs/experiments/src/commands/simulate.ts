import type { CanaryPlan } from '../canary/judge-canary.ts';
import {
  ordinaryGuardrails,
  ordinarySteps,
  ordinaryVersion,
  runCanary,
  type SimulatedVersion,
} from '../simulation/canary-run.ts';
import { falsePositiveRate, firstDecision, type Metric, metrics } from '../simulation/experiment-run.ts';
import { createRandom } from '../simulation/random.ts';
import { percentage } from '../words.ts';

// Simulates experiments and canaries at full size, and prints the tables of docs/experiments.md. Takes several minutes.
// The first argument is the number of runs of each row, 2,000 by default. The second one selects a table.

const runs = Number(process.argv[2] ?? 2_000);
const only = process.argv[3];
const print = (line: string) => process.stdout.write(`${line}\n`);
const row = (...cells: readonly (string | number)[]) => print(`| ${cells.join(' | ')} |`);
const number = new Intl.NumberFormat('en', { maximumSignificantDigits: 3 }).format;

function quantile(sorted: readonly number[], share: number): string {
  const value = sorted[Math.ceil(share * runs) - 1];
  return value === undefined ? '–' : number(value);
}

const ascending = (values: readonly (number | undefined)[]) =>
  values.filter((value) => value !== undefined).sort((a, b) => a - b);

function simulateFalsePositives(): void {
  row('metric', 'in treatment', 'observations', 'direction', 'experiments with a false result');
  row('---', '---', '---', '---', '---');
  for (const [name, control] of Object.entries(metrics)) {
    const isProportion = name === 'Bernoulli 1 %';
    const observations = isProportion ? 10_000 : 5_000;
    for (const treatmentShare of [0.5, 0.2]) {
      for (const direction of ['either', 'increase'] as const) {
        const settings = { direction, isProportion, expectedSample: observations / 2 };
        const run = { control, treatmentShare, observations, settings };
        const rate = falsePositiveRate(createRandom(2026), runs, run);
        row(name, percentage(treatmentShare), number(observations), direction, percentage(rate));
      }
    }
  }
}

/** Sample for which a test at a fixed horizon would be planned, with a power of 80 % at 5 %, two-sided. */
const horizon = 4_000;
const detectable = (1.959964 + 0.841621) * Math.sqrt(4 / horizon);

function simulatePower(): void {
  const deviation = deviationOf(metrics['log-normal']);
  const bernoulli =
    (rate: number): Metric =>
    (random) =>
      random.uniform() < rate ? 1 : 0;
  const pairs: readonly [string, Metric, Metric][] = [
    ['normal', metrics.normal, (random) => metrics.normal(random) + detectable],
    ['log-normal', metrics['log-normal'], (random) => metrics['log-normal'](random) + detectable * deviation],
    ['Bernoulli 5 %', bernoulli(0.05), bernoulli(0.05 + detectable * Math.sqrt(0.05 * 0.95))],
  ];
  row(
    'metric',
    `decided at ${number(horizon)}`,
    `at ${number(2 * horizon)}`,
    'median',
    '80 % of experiments',
  );
  row('---', '---', '---', '---', '---');
  for (const [name, control, treatment] of pairs) {
    const random = createRandom(2026);
    const settings = { isProportion: name.startsWith('Bernoulli'), expectedSample: horizon };
    const run = { control, treatment, treatmentShare: 0.5, observations: 3 * horizon, settings };
    const decisions = ascending(Array.from({ length: runs }, () => firstDecision(random, run)));
    const decidedAt = (limit: number) =>
      percentage(decisions.filter((count) => count <= limit).length / runs);
    row(name, decidedAt(horizon), decidedAt(2 * horizon), quantile(decisions, 0.5), quantile(decisions, 0.8));
  }
}

function deviationOf(metric: Metric): number {
  const random = createRandom(1);
  const values = Array.from({ length: 1_000_000 }, () => metric(random));
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
}

const plan: CanaryPlan = { steps: ordinarySteps, guardrails: ordinaryGuardrails, alpha: 0.05 };
const fromFivePercent: CanaryPlan = { ...plan, steps: ordinarySteps.slice(1) };
const withErrors = (errorRate: number): SimulatedVersion => ({ ...ordinaryVersion, errorRate });
const outage = (second: number) => (second > 700 && second < 900 ? 0.5 : 0);

function simulateCanaries(): void {
  row('canary', 'rolled back', 'within 2 minutes', 'median', '95 % of canaries');
  row('---', '---', '---', '---', '---');
  const simulate = (
    name: string,
    canaryPlan: CanaryPlan,
    candidate: SimulatedVersion,
    current = ordinaryVersion,
    outageAt?: (second: number) => number,
  ) => {
    const random = createRandom(2026);
    const run = { plan: canaryPlan, current, candidate, requestsPerSecond: 20 };
    const ends = Array.from({ length: runs }, () =>
      runCanary(random, outageAt ? { ...run, outage: outageAt } : run),
    );
    const seconds = ascending(
      ends.filter(({ decision }) => decision.action === 'rollBack').map((end) => end.seconds),
    );
    const early = seconds.filter((second) => second <= 120).length / runs;
    const times = [0.5, 0.95].map((share) => `${quantile(seconds, share)} s`.replace('– s', '–'));
    row(name, percentage(seconds.length / runs), percentage(early), ...times);
  };
  simulate('no difference', plan, ordinaryVersion);
  simulate('no difference, outage of the provider', plan, ordinaryVersion, ordinaryVersion, outage);
  simulate('cost 5 % higher, within the margin', plan, { ...ordinaryVersion, cost: 1.05 });
  simulate('5 %: cost doubled', fromFivePercent, { ...ordinaryVersion, cost: 2 });
  simulate('5 %: latency doubled', fromFivePercent, { ...ordinaryVersion, duration: 4_000 });
  for (const rate of [0, 0.002, 0.005, 0.01, 0.02]) {
    const name = `5 %: errors from ${percentage(rate)} to ${percentage(rate + 0.05)}`;
    simulate(name, fromFivePercent, withErrors(rate + 0.05), withErrors(rate));
  }
  simulate('5 %: rating one point lower', fromFivePercent, { ...ordinaryVersion, rating: 3 });
  simulate('1 %: cost doubled', plan, { ...ordinaryVersion, cost: 2 });
}

const tables = { 'false-results': simulateFalsePositives, power: simulatePower, canaries: simulateCanaries };

for (const [name, simulate] of Object.entries(tables)) {
  if (only !== undefined && only !== name) continue;
  print(`\n## ${name}: ${number(runs)} runs each\n`);
  simulate();
}
