import { AppError } from '@valuecanvas/contracts-core';

/** SQLSTATE classes and codes that say: the server is away, full or shutting down, not: the query is wrong. */
const unavailable = [/^08/, /^53/, /^57P0/, /^25006$/];

const networkCodes = new Set(['ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 'EAI_AGAIN', 'EPIPE', 'ETIMEDOUT']);

/** Whether an error of a query means that the database cannot be reached or cannot serve at the moment. */
function isUnavailable(error: unknown): boolean {
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

/** SQLSTATE classes that blame the data (22) or a constraint on it (23): no later attempt can store the same row. */
const refusedData = /^2[23]/;

/** Whether a row can never be stored; any other failure may pass. */
export function isRefusedData(error: unknown): boolean {
  return refusedData.test(String((error as { code?: unknown }).code));
}

/** Turns the absence of the database into DEPENDENCY_UNAVAILABLE; any other error stays what it is. */
export async function orUnavailable<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!isUnavailable(error)) throw error;
    throw new AppError('DEPENDENCY_UNAVAILABLE', {
      cause: error,
      internal: 'postgres',
      retryAfterSeconds: 2,
    });
  }
}
