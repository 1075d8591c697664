/** SQLSTATE classes and codes of a server that is unreachable, full or shutting down, rather than of a wrong query. */
const unavailable = [/^08/, /^53/, /^57P0/, /^25006$/];

const networkCodes = new Set(['ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 'EAI_AGAIN', 'EPIPE', 'ETIMEDOUT']);

/** True for an error that means that the database cannot be reached or cannot serve at the moment. */
export function isUnavailable(error: unknown): boolean {
  const { code, message } = error as { code?: unknown; message?: unknown };
  if (typeof code === 'string')
    return networkCodes.has(code) || unavailable.some((pattern) => pattern.test(code));
  return (
    typeof message === 'string' &&
    /timeout exceeded when trying to connect|Query read timeout|Connection terminated|connection error and is not queryable/.test(
      message,
    )
  );
}

/** SQLSTATE classes of invalid data (22) and violated constraints (23): no later attempt can store the same row. */
const refusedData = /^2[23]/;

/** True if the row can never be stored. Any other failure may be temporary. */
export function isRefusedData(error: unknown): boolean {
  return refusedData.test(String((error as { code?: unknown }).code)) && !isMissingPartition(error);
}

/** True if a partitioned table has no partition for the row. Unlike a violated check, this error names no constraint. */
export function isMissingPartition(error: unknown): boolean {
  const { code, constraint } = error as { code?: unknown; constraint?: unknown };
  return code === '23514' && constraint === undefined;
}
