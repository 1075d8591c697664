/** One contender's measurements in one round of one setting. */
export interface Sample {
  readonly part: string;
  readonly setting: string;
  readonly round: number;
  readonly contender: string;
  /** Answered calls or complete streams, */
  readonly done: number;
  /** during this many seconds of load. */
  readonly seconds: number;
  /** Values by metric; unmeasured metrics are absent. */
  readonly values: Readonly<Record<string, number>>;
  readonly errors: number;
  readonly firstError?: string | undefined;
}
