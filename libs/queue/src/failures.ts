/** Thrown by a handler whose job cannot succeed by being tried again. */
export class PermanentFailure extends Error {
  override readonly name = 'PermanentFailure';
}

/** Why a running attempt was told to give up. */
export type InterruptionKind = 'cancelled' | 'stopping' | 'timed out';

/** The reason of an aborted attempt's signal. */
export class Interruption extends Error {
  override readonly name = 'Interruption';
  readonly kind: InterruptionKind;

  constructor(kind: InterruptionKind) {
    super(`The attempt was given up: ${kind}.`);
    this.kind = kind;
  }
}

/** Why an attempt's signal was aborted; undefined while it may go on. */
export function interruptionOf(signal: AbortSignal): InterruptionKind | undefined {
  return signal.reason instanceof Interruption ? signal.reason.kind : undefined;
}
