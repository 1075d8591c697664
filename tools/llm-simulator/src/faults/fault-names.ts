/**
 * The faults by name, each with an effect on streams and on whole answers alike:
 * `quota` a 429 that is not worth retrying; `hang` no answer ever; `reset` the connection is destroyed
 * before any answer; `cut` it is destroyed in the middle of the answer; `silent-end` the answer ends early
 * as if it were whole; `stall` the answer stops in the middle and the connection stays; `malformed` a body or
 * event that is not JSON; `error-event` an error under status 200; `no-usage`; `empty-choices`;
 * `wrong-content-type` an HTML page under status 200.
 */
export const namedFaults = [
  'quota',
  'hang',
  'reset',
  'cut',
  'silent-end',
  'stall',
  'malformed',
  'error-event',
  'no-usage',
  'empty-choices',
  'wrong-content-type',
] as const;

export type NamedFault = (typeof namedFaults)[number];

/** A named fault, an HTTP status from 400 to 599 as text, or none. */
export type Fault = 'none' | NamedFault | `${number}`;

const names: ReadonlySet<string> = new Set(['none', ...namedFaults]);

/** Tests for the name of a fault. */
export function isFault(text: string): text is Fault {
  return names.has(text) || /^[45]\d\d$/.test(text);
}
