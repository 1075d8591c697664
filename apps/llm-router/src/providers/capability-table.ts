/** What a model can do beyond text. */
export interface Capabilities {
  readonly tools: boolean;
  /** Answers that a JSON schema describes. */
  readonly jsonSchema: boolean;
  readonly images: boolean;
  readonly streaming: boolean;
  /** Largest number of tokens in an answer; undefined where nobody told. */
  readonly maxOutputTokens: number | undefined;
}

/** Capabilities that differ from those of a model nobody knows, by the beginnings of models' names. */
export type CapabilityTable = Readonly<Record<string, Partial<Capabilities>>>;
