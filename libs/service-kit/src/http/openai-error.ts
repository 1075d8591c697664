import { AppError } from '@valuecanvas/contracts-core';

/** An error as OpenAI words it; its clients show `message`, and act on status, headers, `type` and `code`. */
export interface OpenAiError {
  readonly error: {
    readonly message: string;
    readonly type: string;
    /** The field of the request that is wrong, as `messages[0].role`. */
    readonly param: string | null;
    /** OpenAI's word where its clients act on one, our own code otherwise. */
    readonly code: string;
    /** Our own code, always. */
    readonly error_code: string;
    readonly request_id: string;
    readonly [field: string]: unknown;
  };
}

/** OpenAI's word for what no retry helps against until somebody pays or a long period ends; LangChain obeys no other. */
const quota = 'insufficient_quota';

const types: Readonly<Record<number, string>> = {
  401: 'authentication_error',
  403: 'permission_error',
  404: 'not_found_error',
  429: 'rate_limit_error',
};

/** Words an error for OpenAI's clients, with the fields that it has beyond theirs. */
export function toOpenAiError(error: AppError, requestId: string): OpenAiError {
  const faults = faultsOf(error);
  const isQuota = isOutOfQuota(error);
  return {
    error: {
      message: messageOf(error, faults),
      type: isQuota ? quota : (types[error.status] ?? typeOf(error.status)),
      param: faults[0]?.path ? paramOf(faults[0].path) : null,
      code: isQuota ? quota : (faults[0]?.code ?? error.code),
      error_code: error.code,
      request_id: requestId,
      ...(error.details === undefined ? {} : { details: error.details }),
      ...(error.retryAfterSeconds === undefined ? {} : { retryAfter: error.retryAfterSeconds }),
      ...error.extra,
    },
  };
}

/** The event with which a stream of OpenAI's says that it has failed; its clients throw what is in it. */
export function openAiErrorEvent(error: AppError, requestId: string): string {
  return `data: ${JSON.stringify(toOpenAiError(error, requestId))}\n\n`;
}

function isOutOfQuota({ code, retryHelps }: AppError): boolean {
  return code === 'BUDGET_EXCEEDED' || (code === 'RATE_LIMITED' && !retryHelps);
}

function typeOf(status: number): string {
  return status < 500 ? 'invalid_request_error' : 'api_error';
}

interface Fault {
  readonly path: string;
  readonly message: string;
  /** OpenAI's word for it, where there is one. */
  readonly code?: string;
}

function faultsOf({ code, details }: AppError): readonly Fault[] {
  return code === 'VALIDATION_FAILED' && Array.isArray(details) ? (details as Fault[]) : [];
}

/** OpenAI's clients show nothing but this, so what the catalogue leaves to the details is said here. */
function messageOf(error: AppError, faults: readonly Fault[]): string {
  const isUsual = error.message === new AppError(error.code).message;
  if (faults.length === 0 || !isUsual) return `${error.title}: ${error.message}`;
  return `${error.title}: ${faults.map(wordsOf).join('; ')}.`;
}

function wordsOf({ path, message }: Fault): string {
  return path ? `${paramOf(path)} ${message}` : message;
}

function paramOf(path: string): string {
  return path.replace(/\.(\d+)(?=\.|$)/g, '[$1]');
}
