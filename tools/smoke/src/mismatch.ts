/** A violation of the deployment's contract. The message names the request and the fault. */
export class Mismatch extends Error {
  override name = 'Mismatch';
  /** The unexpected status, if that is the fault. */
  readonly status: number | undefined;

  constructor(message: string, status?: number) {
    super(message);
    this.status = status;
  }
}
