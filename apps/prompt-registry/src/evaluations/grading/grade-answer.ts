import type { DatasetCase, Grade, Grader } from '@valuecanvas/contracts-prompt-registry';
import { valueFault } from '@valuecanvas/prompts-sdk';
import { type GradedAnswer, parseJson, type Score } from './answer.ts';
import { scoreByExpression } from './expression.ts';
import type { JudgeGrader } from './judge.ts';
import { scoreByPattern } from './regex.ts';

/** Result of grading one answer. */
export interface Graded {
  readonly score: number;
  readonly passed: boolean;
  readonly criticalFailure: boolean;
  readonly grades: readonly Grade[];
}

/** Default thresholds: a judge seldom gives the full score. */
const judgeThreshold = 0.7;

/**
 * Grades an answer with all graders. Judges are asked at the same time by `judge`, which gets the index of the grader. The score
 * is the mean of the grades by weight. Graders that all have the weight 0 give 1 if the answer passes, else 0.
 */
export async function gradeAnswer(
  graders: readonly Grader[],
  answer: GradedAnswer,
  { critical: isCritical = false }: Pick<DatasetCase, 'critical'>,
  judge: (grader: JudgeGrader, index: number) => Promise<Score>,
): Promise<Graded> {
  const grades = await Promise.all(
    graders.map(async (grader, index): Promise<Grade> => {
      const { score, reason } =
        grader.type === 'judge' ? await judge(grader, index) : scoreOf(grader, answer);
      const threshold = grader.threshold ?? (grader.type === 'judge' ? judgeThreshold : 1);
      return {
        grader: grader.name ?? grader.type,
        type: grader.type,
        score,
        passed: score >= threshold,
        critical: grader.critical ?? false,
        ...(reason === undefined ? {} : { reason }),
      };
    }),
  );
  const passed = grades.every((grade) => grade.passed);
  const weights = graders.map(({ weight = 1 }) => weight);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const weighted = grades.reduce((sum, grade, index) => sum + grade.score * (weights[index] ?? 0), 0);
  return {
    score: total === 0 ? Number(passed) : Math.min(1, weighted / total),
    passed,
    criticalFailure: (isCritical && !passed) || grades.some((grade) => grade.critical && !grade.passed),
    grades,
  };
}

function scoreOf(grader: Exclude<Grader, JudgeGrader>, answer: GradedAnswer): Score {
  switch (grader.type) {
    case 'exact':
      return scoreByEquality(grader, answer);
    case 'contains':
      return scoreByTexts(grader, answer);
    case 'regex':
      return scoreByPattern(grader, answer.text);
    case 'json_schema':
      return scoreBySchema(grader.schema, answer.text);
    case 'expression':
      return scoreByExpression(grader.expression, answer);
  }
}

function scoreByEquality(
  { value, ignoreCase = false }: Extract<Grader, { readonly type: 'exact' }>,
  { text, expected = '' }: GradedAnswer,
): Score {
  const normalize = normalizer(ignoreCase);
  return { score: normalize(text).trim() === normalize(value ?? expected).trim() ? 1 : 0 };
}

function scoreByTexts(
  { values, ignoreCase = false, not = false }: Extract<Grader, { readonly type: 'contains' }>,
  { text, expected = '' }: GradedAnswer,
): Score {
  const normalize = normalizer(ignoreCase);
  const searched = normalize(text);
  const wanted = values ?? [expected];
  const bad = wanted.filter((value) => searched.includes(normalize(value)) === not);
  if (bad.length === 0) return { score: 1 };
  const named = bad.slice(0, 3).map((value) => JSON.stringify(value.slice(0, 100)));
  return {
    score: (wanted.length - bad.length) / wanted.length,
    reason: `The answer ${not ? 'contains' : 'lacks'} ${named.join(', ')}${bad.length > 3 ? ' and more' : ''}.`,
  };
}

function scoreBySchema(schema: Readonly<Record<string, unknown>>, text: string): Score {
  const value = parseJson(text);
  if (value === undefined) return { score: 0, reason: 'The answer is not JSON.' };
  const fault = valueFault(schema, value as Parameters<typeof valueFault>[1]);
  return fault === undefined ? { score: 1 } : { score: 0, reason: `The answer ${fault}.` };
}

const normalizer = (ignoreCase: boolean) => (text: string) => {
  const composed = text.normalize('NFC');
  return ignoreCase ? composed.toLowerCase() : composed;
};
