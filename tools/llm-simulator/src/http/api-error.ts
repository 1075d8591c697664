/** The body of an error as OpenAI-compatible providers send it. */
export interface ErrorBody {
  readonly error: {
    readonly message: string;
    readonly type: string;
    readonly param: string | null;
    readonly code: string | null;
  };
}

/** An error that the server sends in the shape of OpenAI's errors. */
export class ApiError extends Error {
  readonly status: number;
  readonly body: ErrorBody;

  constructor(
    status: number,
    message: string,
    detail: { code?: string; param?: string; type?: string } = {},
  ) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
    const { code = null, param = null, type = typeOf(status) } = detail;
    this.body = { error: { message, type, param, code } };
  }
}

/** A 400 that names the invalid parameter. */
export function invalid(param: string, message: string): ApiError {
  return new ApiError(400, message, { param, code: 'invalid_value' });
}

function typeOf(status: number): string {
  if (status === 429) return 'rate_limit_error';
  return status >= 500 ? 'server_error' : 'invalid_request_error';
}
