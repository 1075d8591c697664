/** What one contender did in one round of one setting. */
export interface Sample {
  readonly part: string;
  readonly setting: string;
  readonly round: number;
  readonly contender: string;
  /** Calls that were answered, or streams that came whole, */
  readonly done: number;
  /** while load was offered for so long. */
  readonly seconds: number;
  /** By metric; a metric that was not measured is absent. */
  readonly values: Readonly<Record<string, number>>;
  readonly errors: number;
  readonly firstError?: string | undefined;
}
