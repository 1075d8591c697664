/** A piece of a body and the completion tokens that the client has received once it has it. */
export interface Part {
  readonly bytes: Buffer;
  readonly tokens: number;
}

/** How an answer is over: as it should, by a destroyed connection, or never. */
export type Ending = 'end' | 'destroy' | 'hold';

/** An answer that is ready to be sent, to any number of callers. */
export interface Answered {
  readonly kind: 'answer';
  readonly status: number;
  /** Names and values in turn, the form that costs node:http least. */
  readonly headers: readonly string[];
  readonly parts: readonly Part[];
  /** All parts in one, for the case that nothing delays them. */
  readonly whole: Buffer;
  readonly ending: Ending;
  /** Whether the provider charges for it: an error costs nothing. */
  readonly billed: boolean;
}

/** What a caller gets: an answer, silence, or a destroyed connection. */
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
