/** A model's capabilities beyond text. */
export interface Capabilities {
  readonly tools: boolean;
  /** Answers constrained by a JSON schema. */
  readonly jsonSchema: boolean;
  readonly images: boolean;
  readonly streaming: boolean;
  /** Maximum number of output tokens; undefined if unknown. */
  readonly maxOutputTokens: number | undefined;
}

/** Capabilities that differ from those of an unknown model, by prefixes of model names. */
export type CapabilityTable = Readonly<Record<string, Partial<Capabilities>>>;
