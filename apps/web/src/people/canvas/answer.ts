/** The cost of a model's answer, and the execution that a rating refers to. */
export interface AnswerFacts {
  readonly executionId: string;
  readonly model: string;
  readonly cost: number;
  readonly latency: number;
  readonly cached: boolean;
}

/** Key under which the facts of a canvas's generation are cached until the page is left. */
export const answerKey = (canvasId: string) => ['answer', canvasId] as const;
