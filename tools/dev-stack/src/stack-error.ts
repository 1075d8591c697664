/** A failure whose message tells the user at the terminal what is wrong and what to do. */
export class StackError extends Error {
  override name = 'StackError';
}
