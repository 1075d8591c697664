export interface Request {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly token?: string;
  readonly body?: unknown;
}

export interface Answer {
  /** HTTP status; 0 without an answer. */
  readonly status: number;
  /** The parsed body; undefined if it is not JSON. */
  readonly body: unknown;
  readonly durationMs: number;
  /** Seconds after which the server wants a refused request to be repeated. */
  readonly retryAfterSeconds?: number | undefined;
}

/** Sends a request to the deployment. Never rejects: a lost connection is an answer with status 0. */
export type Send = (request: Request) => Promise<Answer>;

/** Returns a value inside a JSON body; undefined if there is none. */
export const valueAt = (body: unknown, ...path: readonly string[]): unknown =>
  path.reduce(
    (at: unknown, name) =>
      typeof at === 'object' && at !== null ? (at as Record<string, unknown>)[name] : undefined,
    body,
  );

export function textAt(body: unknown, ...path: readonly string[]): string | undefined {
  const value = valueAt(body, ...path);
  return typeof value === 'string' ? value : undefined;
}
