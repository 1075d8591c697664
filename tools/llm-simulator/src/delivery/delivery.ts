/** A piece of a body, and the completion tokens that the client has received including this piece. */
export interface Part {
  readonly bytes: Buffer;
  readonly tokens: number;
}

/** The end of an answer: regular, by a destroyed connection, or never. */
export type Ending = 'end' | 'destroy' | 'hold';

/** An answer that can be sent to any number of callers. */
export interface Answered {
  readonly kind: 'answer';
  readonly status: number;
  /** Alternating names and values, the cheapest form for node:http. */
  readonly headers: readonly string[];
  readonly parts: readonly Part[];
  /** All parts together, for an answer without delays. */
  readonly whole: Buffer;
  readonly ending: Ending;
  /** True if the provider charges for the answer. Errors are free. */
  readonly billed: boolean;
}

/** The reaction to a call: an answer, silence, or a destroyed connection. */
export type Delivery = Answered | { readonly kind: 'hang' } | { readonly kind: 'reset' };

/** An answer of the given parts. */
export function answered(
  head: Pick<Answered, 'status' | 'headers' | 'ending' | 'billed'>,
  parts: readonly Part[],
): Answered {
  const [only] = parts;
  const whole = parts.length === 1 && only ? only.bytes : Buffer.concat(parts.map(({ bytes }) => bytes));
  return { kind: 'answer', ...head, parts, whole };
}

/** The headers of a body whose length is known. */
export function sizedHeaders(
  contentType: string,
  length: number,
  more: Readonly<Record<string, string>>,
): readonly string[] {
  return ['content-type', contentType, 'content-length', String(length), ...Object.entries(more).flat()];
}
