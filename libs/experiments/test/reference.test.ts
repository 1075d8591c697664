import { execFile, spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { checkSampleRatio, compareMeans, type Direction, logEventEvidence } from '../src/index.ts';

interface Bounds {
  readonly estimate: number;
  readonly lower: number | null;
  readonly upper: number | null;
}

interface Case {
  readonly metric: string;
  readonly control: Parameters<typeof compareMeans>[0];
  readonly treatment: Parameters<typeof compareMeans>[1];
  readonly settings: { readonly direction: Direction; readonly expectedSample: number };
  readonly comparison: { readonly difference: Bounds; readonly relative: Bounds; readonly pValue: number };
  readonly sampleRatio: {
    readonly counts: number[];
    readonly weights: number[];
    readonly pValue: number;
  };
  readonly logEventEvidence?: number;
}

const folder = fileURLToPath(new URL('../reference/', import.meta.url));
const stored = (file: string) => readFile(`${folder}${file}`, 'utf8');
const cases: Case[] = JSON.parse(await stored('inference.generated.json'));

/** Figures agree to eight digits, or both are negligible. */
function expectAgreement(ours: number | undefined, theirs: number | null): void {
  if (theirs === null) expect(Math.abs(ours ?? 0)).toBe(Number.POSITIVE_INFINITY);
  else expect(Math.abs((ours ?? Number.NaN) - theirs)).toBeLessThanOrEqual(1e-8 * Math.abs(theirs) + 1e-12);
}

describe('the second implementation, in Python with SciPy,', () => {
  test('has 20 data sets, some with a difference and some without', () => {
    expect(cases).toHaveLength(20);
    const found = cases.filter(({ comparison }) => comparison.pValue < 0.05).length;
    expect(found).toBeGreaterThan(5);
    expect(found).toBeLessThan(15);
  });

  test.each(cases.map((each, index) => [index + 1, each.metric, each] as const))(
    'agrees on data set %d (%s)',
    (_, __, each) => {
      const ours = compareMeans(each.control, each.treatment, each.settings);
      for (const part of ['difference', 'relative'] as const) {
        for (const bound of ['estimate', 'lower', 'upper'] as const) {
          expectAgreement(ours?.[part]?.[bound], each.comparison[part][bound]);
        }
      }
      expectAgreement(ours?.pValue, each.comparison.pValue);

      const { counts, weights, pValue } = each.sampleRatio;
      expectAgreement(checkSampleRatio(counts, weights).pValue, pValue);
      if (each.logEventEvidence === undefined) return;
      expectAgreement(logEventEvidence(each.control, each.treatment), each.logEventEvidence);
    },
  );
});

describe('rerun where Python is present,', () => {
  const has = (code: string) => spawnSync('python3', ['-c', code]).status === 0;
  const run = async (script: string) =>
    (await promisify(execFile)('python3', [script], { cwd: folder, maxBuffer: 2 ** 24 })).stdout;

  test.runIf(has(''))(
    'the second implementation writes the stored test vectors of the assignment',
    async () => {
      expect(await run('assignment.py')).toBe(await stored('assignment.generated.json'));
    },
  );

  test.runIf(has('import scipy, numpy'))('the second implementation writes the stored results', async () => {
    expect(await run('inference.py')).toBe(await stored('inference.generated.json'));
  });
});
