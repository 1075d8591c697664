/** Thrown by a handler if no retry of its job can succeed. */
export class PermanentFailure extends Error {
  override readonly name = 'PermanentFailure';
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
