/** A failure whose message is one sentence for the person at the terminal: what happened and what to do. */
export class DatabaseToolError extends Error {
  override name = 'DatabaseToolError';
}
