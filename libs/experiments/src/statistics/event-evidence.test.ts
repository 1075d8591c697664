import { describe, expect, test } from 'vitest';
import { createRandom, type Random } from '../simulation/random.ts';
import { logEventEvidence } from './event-evidence.ts';
import { proportion } from './moments.ts';

/** Share of runs in which the evidence reaches 20 at some look, after each of 3,000 observations. */
function alarmRate(runs: number, treatmentShare: number, rate: (observation: number) => number): number {
  const random = createRandom(5);
  const alarms = Array.from({ length: runs }, () => isAlarmed(random, treatmentShare, rate));
  return alarms.filter(Boolean).length / runs;
}

function isAlarmed(random: Random, treatmentShare: number, rate: (observation: number) => number): boolean {
  const arms = { control: { count: 0, events: 0 }, treatment: { count: 0, events: 0 } };
  for (let observation = 0; observation < 3_000; observation += 1) {
    const arm = random.uniform() < treatmentShare ? arms.treatment : arms.control;
    arm.count += 1;
    if (random.uniform() < rate(observation)) arm.events += 1;
    if (arms.treatment.count < 20) continue;
    const [control, treatment] = [arms.control, arms.treatment].map(({ count, events }) =>
      proportion(count, events),
    );
    if (control && treatment && logEventEvidence(control, treatment) >= Math.log(20)) return true;
  }
  return false;
}

describe('evidence of more events', () => {
  test.each([
    [0.01, 0.05],
    [0.01, 0.5],
    [0.05, 0.5],
    [0.3, 0.2],
  ])('reaches 20 in at most one of 20 runs without a difference: rate %d, share %d', (rate, share) => {
    expect(alarmRate(300, share, () => rate)).toBeLessThanOrEqual(0.05);
  });

  test('stays valid through an outage that affects both arms', () => {
    const outage = (observation: number) => (observation > 1_000 && observation < 1_500 ? 0.6 : 0.01);
    expect(alarmRate(300, 0.05, outage)).toBeLessThanOrEqual(0.05);
  });

  test('is strong if the errors of treatment exceed those of control', () => {
    expect(logEventEvidence(proportion(2_280, 23), proportion(120, 8))).toBeGreaterThan(Math.log(80));
    expect(logEventEvidence(proportion(2_280, 0), proportion(60, 3))).toBeGreaterThan(Math.log(80));
  });

  test('is weak if the shares are equal, or treatment has fewer events, or there are none', () => {
    expect(logEventEvidence(proportion(1_900, 38), proportion(100, 2))).toBeLessThan(0);
    expect(logEventEvidence(proportion(1_900, 190), proportion(1_900, 20))).toBeLessThan(-5);
    expect(logEventEvidence(proportion(1_900, 0), proportion(100, 0))).toBeCloseTo(0, 12);
    expect(logEventEvidence(proportion(0, 0), proportion(100, 50))).toBe(0);
  });
});
