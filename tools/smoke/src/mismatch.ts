/** A deployment that breaks its interface; the message says where and how. */
export class Mismatch extends Error {
  override name = 'Mismatch';
  /** The unexpected status, if that is the fault. */
  readonly status: number | undefined;

  constructor(message: string, status?: number) {
    super(message);
    this.status = status;
  }
}
