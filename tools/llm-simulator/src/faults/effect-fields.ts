import { type Effect, features } from './effect.ts';
import { isFault, namedFaults } from './fault-names.ts';
import {
  integerBetween,
  numberBetween,
  oneOf,
  type Reader,
  type Readers,
  refused,
  someOf,
} from './field-readers.ts';

/** Ten minutes: longer than any tested deadline, shorter than the limit of timers. */
const milliseconds = integerBetween(0, 600_000);

const fault: Reader<Effect['fault']> = (value, field) => {
  const name = String(value);
  if (isFault(name)) return name;
  throw refused(field, `none, a status from 400 to 599, or one of ${namedFaults.join(', ')}`);
};

/** Readers for the fields of an effect, in admin requests and in the request header. */
export const effectFields: Readers<Effect> = {
  fault,
  latencyMs: milliseconds,
  firstByteMs: milliseconds,
  chunkIntervalMs: milliseconds,
  tokensPerChunk: integerBetween(1, 10_000),
  lacks: someOf(...features),
  cachedShare: numberBetween(0, 1),
  reasoningTokens: integerBetween(0, 1_000_000),
  afterChunks: integerBetween(0, 1_000_000),
  retryAfterMs: milliseconds,
  retryAfterForm: oneOf('seconds', 'milliseconds', 'date', 'none'),
};
