/** The deployment does not do what its interface promises; the message says what and where. */
export class Mismatch extends Error {
  override name = 'Mismatch';
  /** The status that came in place of the promised one, where that is what was wrong. */
  readonly status: number | undefined;

  constructor(message: string, status?: number) {
    super(message);
    this.status = status;
  }
}
