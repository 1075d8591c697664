/** Thrown by a handler if no retry of its job can succeed. */
export class PermanentFailure extends Error {
  override readonly name = 'PermanentFailure';
}

/** Thrown by a handler to run its job again after a delay, without using up an attempt. */
export class Postponement extends Error {
  override readonly name = 'Postponement';
  readonly delayMs: number;

  constructor(delayMs: number, cause: unknown) {
    super('The job was postponed.', { cause });
    this.delayMs = delayMs;
  }
}

/** The reason for interrupting a running attempt. */
export type InterruptionKind = 'cancelled' | 'stopping' | 'timed out';

/** The reason of an aborted attempt's signal. */
export class Interruption extends Error {
  override readonly name = 'Interruption';
  readonly kind: InterruptionKind;

  constructor(kind: InterruptionKind) {
    super(`The attempt was interrupted: ${kind}.`);
    this.kind = kind;
  }
}

/** Returns the reason why an attempt's signal was aborted, or undefined if it was not. */
export function interruptionOf(signal: AbortSignal): InterruptionKind | undefined {
  return signal.reason instanceof Interruption ? signal.reason.kind : undefined;
}
